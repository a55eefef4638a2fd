/** A look at a face as two JPEGs. */
export interface Pictures {
  /** The whole frame, scaled down, with the box of the face drawn in. */
  frame: Uint8Array;
  /** The face with a margin. */
  face: Uint8Array;
}
