import { isMap, isScalar } from 'yaml';
import { parseYaml } from '../core/yamlFaults.js';
import { schema } from './schema.js';

/**
 * Whose configuration a file called config.yaml is, which many programs have.
 *
 * @returns `spotter` when its first comment names spotter, or most of its top-level keys are spotter's; `other` when most are
 *   not; `unclear` when it has none or is not a YAML mapping
 */
export function configOwner(text: string): 'spotter' | 'other' | 'unclear' {
  if (/\bspotter\b/i.test(headingOf(text))) return 'spotter';
  const { document, syntax } = parseYaml(text);
  if (syntax.length > 0 || !isMap(document.contents)) return 'unclear';
  const keys = document.contents.items.map(({ key }) => (isScalar(key) ? String(key.value) : ''));
  if (keys.length === 0) return 'unclear';
  const own = keys.filter((key) => Object.hasOwn(schema.shape, key)).length;
  return own * 2 > keys.length ? 'spotter' : 'other';
}

/** The comment at the top of a file. */
function headingOf(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !/^\s*(#|$)/.test(line));
  return lines.slice(0, end < 0 ? lines.length : end).join('\n');
}
