import { isPair, isScalar, type Pair, type YAMLMap } from 'yaml';

/** An edited text. */
export interface EditedText {
  text: string;
  /** Numbers from 1 of the lines that differ, and how they read now. */
  lines: { line: number; text: string }[];
}

/** The pair of a map with this key. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
}

/** A text with a block behind its last line, or before a line `...`, which ends a document. */
export function append(text: string, block: string, newline: string): string {
  const [end] = /^\.\.\.(?=\s|$)[\s\S]*$/m.exec(text) ?? [''];
  const before = text.slice(0, text.length - end.length);
  return `${before}${before === '' || before.endsWith('\n') ? '' : newline}${block}${end}`;
}

/** A text with another part in place of the characters `from` to `to`. */
export function replace(text: string, from: number, to: number, by: string): string {
  return text.slice(0, from) + by + text.slice(to);
}

/** How the lines of a text end. */
export function newlineOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** An edited text with the lines that differ. Between two changes there may be lines that stay. */
export function editedText(before: string, after: string): EditedText {
  const old = before.split(/\r?\n/);
  const now = after.split(/\r?\n/);
  const added = now.length - old.length;
  const first = now.findIndex((line, index) => line !== old[index]);
  if (first < 0) return { text: before, lines: [] };
  let last = now.length - 1;
  while (last > first && last - added >= first && now[last] === old[last - added]) last--;
  const lines = now.slice(first, last + 1).map((line, index) => ({ line: first + index + 1, text: line }));
  return { text: after, lines: lines.filter(({ text }) => added > 0 || !old.includes(text)) };
}
