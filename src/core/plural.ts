/** A number and a noun. @param several the noun in the plural; by default with an s */
export function plural(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
