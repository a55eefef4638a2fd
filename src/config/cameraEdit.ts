import { isDeepStrictEqual } from 'node:util';
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { parseYaml, toData } from '../core/yamlFaults.js';
import { append, type EditedText, editedText, newlineOf, pairOf, replace } from './yamlText.js';

/** A camera to add; further keys have their defaults. */
export interface CameraEntry {
  id: string;
  /** As it is to be written; may contain `${NAME}`. */
  url: string;
  transport?: 'tcp' | 'udp';
}

const KEY = 'cameras';
const INDENT = '  ';

/**
 * Adds a camera to the end of the list of a configuration. Comments, order, spaces and references to the environment stay as
 * they are.
 *
 * @param text valid YAML
 * @returns null where that cannot be done without touching anything else, as with an alias
 */
export function addCamera(text: string, camera: CameraEntry): EditedText | null {
  const after = insert(text, camera);
  return after !== null && isAdded(text, after, camera) ? editedText(text, after) : null;
}

function insert(text: string, camera: CameraEntry): string | null {
  const { document, syntax } = parseYaml(text);
  if (syntax.length > 0) return null;
  const root = document.contents;
  const newline = newlineOf(text);
  const section = `${KEY}:${newline}${block(camera, INDENT, newline)}${newline}`;
  if (root === null || (isScalar(root) && root.value === null)) return append(text, section, newline);
  if (!isMap(root)) return null;
  const pair = pairOf(root, KEY);
  if (!pair) {
    if (!root.flow) return append(text, section, newline);
    const at = root.range?.[0];
    if (at === undefined) return null;
    return replace(text, at + 1, at + 1, ` "${KEY}": [${flow(camera)}]${root.items.length > 0 ? ',' : ' '}`);
  }
  const list = pair.value;
  if (isSeq(list) && list.items.length > 0)
    return list.flow ? insertInFlow(text, list, camera) : insertBlock(text, list, camera, newline);
  const isEmpty = (isSeq(list) && list.flow) || (isScalar(list) && list.value === null);
  if (!isEmpty || !isNode(list) || list.anchor !== undefined || !list.range) return null;
  if (root.flow) return replace(text, list.range[0], list.range[1], `[${flow(camera)}]`);
  return replaceEmpty(text, pair, list.range, block(camera, INDENT, newline), newline);
}

/** Puts a block in place of `[]`, `null` or nothing; a comment behind stays on the line of the key. */
function replaceEmpty(
  text: string,
  { key }: Pair,
  [from, to]: readonly number[],
  lines: string,
  newline: string,
): string | null {
  if (!isNode(key) || !key.range || text[key.range[1]] !== ':') return null;
  const behind = key.range[1] + 1;
  // Of nothing, the range may lie behind comments.
  const kept = from === to ? text : text.slice(0, behind) + text.slice(to);
  const end = kept.indexOf('\n', behind);
  if (text.slice(behind, from).includes('\n') && from !== to) return null;
  return end < 0
    ? `${kept}${newline}${lines}${newline}`
    : replace(kept, end + 1, end + 1, `${lines}${newline}`);
}

function insertInFlow(text: string, list: YAMLSeq, camera: CameraEntry): string | null {
  const last = list.items.at(-1);
  if (!isNode(last) || !last.range) return null;
  return replace(text, last.range[1], last.range[1], `, ${flow(camera)}`);
}

function insertBlock(text: string, list: YAMLSeq, camera: CameraEntry, newline: string): string | null {
  const first = list.items[0];
  const end = endOf(list);
  if (!list.range || !isNode(first) || end === null) return null;
  const dash = list.range[0];
  const indent = text.slice(text.lastIndexOf('\n', dash - 1) + 1, dash);
  if (indent.trim() !== '') return null;
  const at = text.indexOf('\n', end - 1);
  const lines = block(camera, indent, newline);
  return at < 0 ? `${text}${newline}${lines}${newline}` : replace(text, at + 1, at + 1, `${lines}${newline}`);
}

/** Where the last value of a node ends, without the comments behind it. */
function endOf(node: unknown): number | null {
  if (!isNode(node) || !node.range) return null;
  if ((isMap(node) || isSeq(node)) && !(node as YAMLMap | YAMLSeq).flow) {
    const last: unknown = node.items.at(-1);
    const inner = isPair(last) ? (endOf(last.value) ?? endOf(last.key)) : endOf(last);
    if (inner !== null) return inner;
  }
  return node.range[1];
}

function block(camera: CameraEntry, indent: string, newline: string): string {
  return Object.entries(camera)
    .map(([key, value], index) => `${indent}${index === 0 ? '- ' : INDENT}${key}: ${scalar(value)}`)
    .join(newline);
}

function flow(camera: CameraEntry): string {
  return `{ ${Object.entries(camera)
    .map(([key, value]) => `"${key}": ${JSON.stringify(value)}`)
    .join(', ')} }`;
}

/** On one line. */
function scalar(value: string): string {
  return stringify(value, { lineWidth: 0, blockQuote: false }).trimEnd();
}

/** Whether a text differs from another one in this camera, and in nothing else. */
function isAdded(before: string, after: string, camera: CameraEntry): boolean {
  const { document, syntax } = parseYaml(after);
  if (syntax.length > 0) return false;
  const expected = toData(parseYaml(before).document) as Record<string, unknown>;
  const cameras = (expected[KEY] ?? []) as unknown[];
  return isDeepStrictEqual(toData(document), { ...expected, [KEY]: [...cameras, { ...camera }] });
}
