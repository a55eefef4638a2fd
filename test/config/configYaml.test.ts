import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { jsonSchema, schema } from '../../src/config/schema.js';
import { root } from '../helpers/paths.js';

interface Described {
  description?: string;
  properties?: Record<string, Described>;
  items?: Described;
}

const document = parseDocument(readFileSync(path.join(root, 'config.yaml'), 'utf8'));
const described = jsonSchema() as Described;

describe('config.yaml', () => {
  it('has every key with its default, except the cameras, which are an example', () => {
    const { cameras, ...rest } = document.toJS();
    const { cameras: _none, ...defaults } = schema.parse({});
    expect({ ...rest, gallery: schema.parse(rest).gallery }).toEqual(defaults);
    expect(schema.parse({ cameras }).cameras).toEqual(cameras);
  });

  it('comments every key with its description in the schema', () => {
    const wrong: string[] = [];
    compare(document.contents as YAMLMap, described, '', wrong, document.commentBefore ?? '');
    expect(wrong).toEqual([]);
  });
});

describe('docs/configuration.md', () => {
  it('has every key', () => {
    const page = readFileSync(path.join(root, 'docs/configuration.md'), 'utf8');
    const keys = leaves(described).map((key) => key.replace(/^cameras\[\]\.(input\.)?/, ''));
    expect(keys).toContain('engine.hangMs');
    expect(keys.filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
  });
});

/** Paths of the keys that hold values. The keys of a declared model or a zone are described on their own pages. */
function leaves({ properties = {} }: Described, path = ''): string[] {
  return Object.entries(properties).flatMap(([key, node]) => {
    if (path === '' && key === 'cameras') return leaves(node.items ?? {}, 'cameras[].');
    return node.properties ? leaves(node, `${path}${key}.`) : [path + key];
  });
}

/** Collects the keys whose comment is not their description. The parser attaches the first comment of a map to its parent. */
function compare(map: YAMLMap, node: Described, path: string, wrong: string[], outer = ''): void {
  for (const [index, { key, value }] of map.items.entries()) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    const property = node.properties?.[name];
    const inherited = index === 0 ? `${outer}\n${map.commentBefore ?? ''}` : '';
    const comment = oneLine(`${inherited}\n${key.commentBefore ?? ''}`);
    const right = comment.endsWith(oneLine(property?.description ?? 'no such key'));
    if (!right && !(name === 'cameras' && comment.includes(oneLine(property?.description ?? ''))))
      wrong.push(path + name);
    if (isMap(value) && property) compare(value, property, `${path}${name}.`, wrong);
    if (!isSeq(value) || !property?.items) continue;
    for (const item of value.items) {
      if (isMap(item)) compare(item, property.items, `${path}${name}[].`, wrong, value.commentBefore ?? '');
    }
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
