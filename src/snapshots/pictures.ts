/** A look at a face as JPEGs. */
export interface Pictures {
  /** The whole frame, scaled down, with the face's box. */
  frame: Uint8Array;
  /** The face with some of what is around it. */
  face: Uint8Array;
}
