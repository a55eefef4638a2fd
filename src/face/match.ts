/** The nearest person in the gallery and how clear a case it is. */
export interface Match {
  person: string;
  /** The person's own threshold, from person.yaml; null: as the camera's policy says. */
  threshold: number | null;
  /** Cosine of the best photo of that person, -1..1. */
  similarity: number;
  /** similarity minus the best cosine of anybody else; null when the gallery has nobody else. */
  margin: number | null;
  runnerUp: string | null;
}
/** The two nearest people to one probe, by index into the gallery's people; -1 and -Infinity where there is none. */
export interface NearestTwo {
  person: number;
  similarity: number;
  runnerUp: number;
  runnerUpSimilarity: number;
}

/**
 * The nearest person and the nearest other person: of each person the best photo counts.
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
