const MB = 1e6;

/** A size for people: `0.2 MB`, `174 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(bytes < 100 * MB ? 1 : 0)} MB`;
}
