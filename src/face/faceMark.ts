import type { Point, Size } from '../core/geometry.js';
import type { Detection, Landmarks } from './detection.js';

/** A detected face that was looked at. */
export interface LookedFace extends Detection {
  /** The landmarks with which it was cut: those detected, or better ones. */
  aligned: Landmarks;
}

/** The face of a picture, in fractions of its width and height, 0..1. Stays right when the picture is scaled. */
export interface FaceMark extends LookedFace {
  /** See facePattern: shows whether the picture is still the one that was marked. */
  pattern: Uint8Array;
}

/** The namespace of what the standard for face regions lacks. */
export const MARK_NAMESPACE = 'urn:spotter:face:1.0/';
const DIGITS = 6;

/**
 * The mark of a face.
 *
 * @param face px of a picture of this size
 * @param pattern of the face in it
 */
export function markOf(face: LookedFace, { width, height }: Size, pattern: Uint8Array): FaceMark {
  return { ...stretched(face, 1 / width, 1 / height), pattern };
}

/** The face of a mark, in px of a picture of this size. */
export function placed(mark: FaceMark, { width, height }: Size): LookedFace {
  return stretched(mark, width, height);
}

function stretched({ box, landmarks, aligned, score }: LookedFace, fx: number, fy: number): LookedFace {
  const point = ([x, y]: Point): Point => [x * fx, y * fy];
  const points = ([a, b, c, d, e]: Landmarks): Landmarks => [
    point(a),
    point(b),
    point(c),
    point(d),
    point(e),
  ];
  return {
    box: { x1: box.x1 * fx, y1: box.y1 * fy, x2: box.x2 * fx, y2: box.y2 * fy },
    landmarks: points(landmarks),
    aligned: points(aligned),
    score,
  };
}

/**
 * A mark as XMP, to be kept in a picture: a face region of the Metadata Working Group ("Guidelines for handling image metadata",
 * 2.0, 2010), which programs for photos show, and in it the landmarks, for which that has no place.
 *
 * @param size of the picture, px
 */
export function markText(
  { box, landmarks, aligned, score, pattern }: FaceMark,
  { width, height }: Size,
): string {
  const { x1, y1, x2, y2 } = box;
  const text = (value: number) => String(Number(value.toFixed(DIGITS)));
  const area = [
    `stArea:x="${text((x1 + x2) / 2)}" stArea:y="${text((y1 + y2) / 2)}"`,
    `stArea:w="${text(x2 - x1)}" stArea:h="${text(y2 - y1)}" stArea:unit="normalized"`,
  ].join(' ');
  const squares = Array.from(pattern, (value) => value.toString(16).padStart(2, '0')).join('');
  const points = (all: Landmarks) => all.map(([x, y]) => `${text(x)},${text(y)}`).join(' ');
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
 xmlns:spotter="${MARK_NAMESPACE}">
<mwg-rs:Regions rdf:parseType="Resource">
<mwg-rs:AppliedToDimensions stDim:w="${width}" stDim:h="${height}" stDim:unit="pixel"/>
<mwg-rs:RegionList><rdf:Bag><rdf:li>
<rdf:Description mwg-rs:Type="Face" spotter:Landmarks="${points(landmarks)}" spotter:Aligned="${points(aligned)}"
 spotter:Score="${text(score)}" spotter:Pattern="${squares}"><mwg-rs:Area ${area}/></rdf:Description>
</rdf:li></rdf:Bag></mwg-rs:RegionList>
</mwg-rs:Regions>
</rdf:Description></rdf:RDF></x:xmpmeta>`;
}
