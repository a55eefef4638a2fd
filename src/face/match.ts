/** The nearest person in the gallery, and how clear the match is. */
export interface Match {
  person: string;
  /** The person's own threshold, from person.yaml; null: the camera's threshold applies. */
  threshold: number | null;
  /** Cosine similarity to the best photo of that person, -1..1. */
  similarity: number;
  /** `similarity` minus the best similarity of anybody else, 0..2; null when the gallery has nobody else. */
  margin: number | null;
  /** The second nearest person; null when the gallery has nobody else. */
  runnerUp: string | null;
}

/** The two nearest people to one probe. */
export interface NearestTwo {
  /** Index into the people of the gallery; -1 for nobody. */
  person: number;
  /** Cosine similarity of the person's best photo; -Infinity for nobody. */
  similarity: number;
  /** Index of the second nearest person; -1 for nobody. */
  runnerUp: number;
  runnerUpSimilarity: number;
}

/**
 * The nearest person and the nearest other person. A person's similarity is that of their best photo.
 *
 * @param similarities cosine to every photo, -1..1
 * @param personOf index of the person on each photo; may be longer than `similarities`
 */
export function nearestTwo(similarities: Float32Array, personOf: Int32Array): NearestTwo {
  let person = -1;
  let best = Number.NEGATIVE_INFINITY;
  let runnerUp = -1;
  let second = Number.NEGATIVE_INFINITY;
  for (let photo = 0; photo < similarities.length; photo++) {
    const similarity = similarities[photo];
    if (similarity <= second) continue;
    const who = personOf[photo];
    if (who === person) {
      if (similarity > best) best = similarity;
    } else if (similarity > best) {
      runnerUp = person;
      second = best;
      person = who;
      best = similarity;
    } else {
      runnerUp = who;
      second = similarity;
    }
  }
  return { person, similarity: best, runnerUp, runnerUpSimilarity: second };
}
