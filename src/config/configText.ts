import { isScalar, Lexer, type Node } from 'yaml';
import { textMasker } from '../core/secrets.js';
import { formatPath, type Path, parseYaml } from '../core/yamlFaults.js';
import { isRecording } from './cameraSchema.js';
import type { LoadedConfig } from './load.js';
import { maskConfig } from './mask.js';
import { hasReference, maskBesideReferences } from './referenceMask.js';
import { replace } from './yamlText.js';

/** A configuration that may be given away. */
export interface ShareableConfig {
  /** The text of the file, secrets replaced with ***; references to variables and files stay. */
  text: string;
  /** Paths of the keys that have lost a secret, such as cameras[0].url. */
  leftOut: string[];
}

/** What the lexer adds to the text: marks of documents, of mappings and of scalars. */
const LEXER_SIGNS = ['\u0002', '\u0018', '\u001f'];

/**
 * The text of a configuration file without its secrets: in values, and in comments, where old addresses often stay.
 *
 * @param text of the file that `loaded` was read from
 * @param folders what `gallery` and `data` are to be, in place of those of this machine
 */
export function shareableConfig(
  text: string,
  { config, secrets }: LoadedConfig,
  folders: { gallery: string; data: string },
): ShareableConfig {
  const { document } = parseYaml(text);
  const masked = maskConfig(config, secrets);
  const leftOut: string[] = [];
  const changes: { node: Node; value: string }[] = [];
  const nodeAt = (path: Path) => {
    const node = document.getIn(path, true);
    return isScalar(node) && node.range && typeof node.value === 'string' ? node : null;
  };
  for (const { path, before, after } of differences(config, masked)) {
    const node = nodeAt(path);
    if (!node || (path.at(-1) === 'url' && isRecording(before))) continue;
    const written = String(node.value);
    // Of a webhook the whole path is masked, however short.
    const own = path[0] === 'webhooks' && path.at(-1) === 'url' ? [behindHost(before)] : [];
    const value = hasReference(written) ? maskBesideReferences(written, before, [...secrets, ...own]) : after;
    if (value === written) continue;
    leftOut.push(formatPath(path));
    changes.push({ node, value });
  }
  for (const [path, value] of [
    [['gallery'], folders.gallery],
    [['gallery', 'folder'], folders.gallery],
    [['data'], folders.data],
  ] as const) {
    const node = document.hasIn(path) ? nodeAt(path) : null;
    if (node && node.value !== value) changes.push({ node, value });
  }
  const edited = changes
    .sort((a, b) => startOf(b.node) - startOf(a.node))
    .reduce((now, { node, value }) => {
      const [from, to] = node.range ?? [0, 0];
      return replace(now, from, to, JSON.stringify(value));
    }, text);
  return { text: maskComments(edited, secrets), leftOut };
}

function startOf({ range }: Node): number {
  return range?.[0] ?? 0;
}

/** Strings that differ between two values of the same shape. */
function* differences(
  before: unknown,
  after: unknown,
  path: Path = [],
): Generator<{ path: Path; before: string; after: string }> {
  if (typeof before === 'string' && typeof after === 'string') {
    if (before !== after) yield { path, before, after };
  } else if (typeof before === 'object' && before !== null) {
    for (const [key, value] of Object.entries(before)) {
      const own = Array.isArray(before) ? Number(key) : key;
      yield* differences(value, (after as Record<string, unknown> | null)?.[key], [...path, own]);
    }
  }
}

function behindHost(url: string): string {
  return url.slice(new URL(url).origin.length);
}

function maskComments(text: string, secrets: readonly string[]): string {
  const mask = textMasker(secrets);
  return [...new Lexer().lex(text)]
    .filter((token) => !LEXER_SIGNS.includes(token))
    .map((token) => (token.startsWith('#') ? mask(token) : token))
    .join('');
}
