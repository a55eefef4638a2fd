import { isDeepStrictEqual } from 'node:util';
import { isAlias, isMap, isNode, isScalar, type Node, type Pair, type YAMLMap } from 'yaml';
import { parseYaml, toData } from '../core/yamlFaults.js';
import { append, type EditedText, editedText, newlineOf, pairOf, replace } from './yamlText.js';

/** A value of a section, such as `match.falseNames`, or with a section of null one at the top, such as `detector`. */
export interface SettingChange {
  section: string | null;
  key: string;
  /** A text is one that YAML reads as such without quotes, such as the id of a model. */
  value: number | string | null;
}

const INDENT = '  ';

/**
 * Sets values in the text of a configuration. Only the value is replaced, or a line added where there is none: comments,
 * order, spaces and references to the environment stay as they are.
 *
 * @param text valid YAML
 * @returns null where the text cannot be changed without touching anything else: an alias, a merged or a referenced value
 */
export function editSettings(text: string, changes: readonly SettingChange[]): EditedText | null {
  let edited = text;
  for (const change of changes) {
    const next = editSetting(edited, change);
    if (next === null || !isChanged(edited, next, change)) return null;
    edited = next;
  }
  return editedText(text, edited);
}

function editSetting(text: string, { section, key, value }: SettingChange): string | null {
  const { document, syntax } = parseYaml(text);
  if (syntax.length > 0) return null;
  const root = document.contents;
  const written = `${key}: ${value}`;
  const newline = newlineOf(text);
  if (section === null) return editTop(text, root, { key, value, written }, newline);
  const block = `${section}:${newline}${INDENT}${written}${newline}`;
  if (root === null || (isScalar(root) && root.value === null)) return append(text, block, newline);
  if (!isMap(root)) return null;
  const pair = pairOf(root, section);
  if (!pair) {
    if (root.flow) return insertInFlow(text, root, `${section}: { ${written} }`);
    return append(text, block, newline);
  }
  const map = pair.value;
  if (isMap(map)) {
    const own = pairOf(map, key);
    if (own) return isScalar(own.value) ? replaceScalar(text, own.value, String(value)) : null;
    return map.flow ? insertInFlow(text, map, written) : insertLine(text, pair, written, newline);
  }
  // "match:" without anything behind it.
  if (!isScalar(map) || map.value !== null || !map.range) return null;
  const at = map.range[0];
  const isEmpty = map.range[0] === map.range[1];
  return isEmpty && isNode(pair.key) && pair.key.range && text[pair.key.range[1]] === ':'
    ? replace(text, pair.key.range[1] + 1, pair.key.range[1] + 1, `${newline}${INDENT}${written}`)
    : replace(text, at, map.range[1], `{ ${written} }`);
}

function editTop(
  text: string,
  root: unknown,
  { key, value, written }: Pick<SettingChange, 'key' | 'value'> & { written: string },
  newline: string,
): string | null {
  if (root === null) return append(text, `${written}${newline}`, newline);
  if (!isMap(root)) return null;
  const own = pairOf(root, key);
  if (own) return isScalar(own.value) ? replaceScalar(text, own.value, String(value)) : null;
  return root.flow ? insertInFlow(text, root, written) : append(text, `${written}${newline}`, newline);
}

function replaceScalar(text: string, node: Node, value: string): string | null {
  if (
    !node.range ||
    isAlias(node) ||
    (isScalar(node) && (node.anchor !== undefined || node.tag !== undefined))
  )
    return null;
  const [from, to] = node.range;
  if (text.slice(from, to).includes('${')) return null;
  // An empty value has no space before it.
  return replace(text, from, to, from === to ? ` ${value}` : value);
}

function insertInFlow(text: string, map: YAMLMap, written: string): string | null {
  const at = map.range?.[0];
  if (at === undefined || text[at] !== '{') return null;
  return replace(text, at + 1, at + 1, map.items.length > 0 ? ` ${written},` : ` ${written} `);
}

/** Adds a line behind the key of a map, before the comments of what is in it. */
function insertLine(text: string, { key, value }: Pair, written: string, newline: string): string | null {
  const first = isMap(value) ? value.items[0]?.key : null;
  if (!isNode(key) || !key.range || !isNode(first) || !first.range) return null;
  const start = text.lastIndexOf('\n', first.range[0] - 1) + 1;
  const indent = text.slice(start, first.range[0]);
  const at = text.indexOf('\n', key.range[1]) + 1;
  return indent.trim() === '' && at <= start ? replace(text, at, at, `${indent}${written}${newline}`) : null;
}

/** Whether a text differs from another one in this value, and in nothing else. */
function isChanged(before: string, after: string, { section, key, value }: SettingChange): boolean {
  const { document, syntax } = parseYaml(after);
  if (syntax.length > 0) return false;
  const expected = (toData(parseYaml(before).document) ?? {}) as Record<string, unknown>;
  if (section === null) expected[key] = value;
  else expected[section] = { ...(expected[section] as object | null), [key]: value };
  return isDeepStrictEqual(toData(document), expected);
}
