import { describe, expect, it } from 'vitest';
import { fillTemplate, parseTemplate, templateMode } from '../../src/core/template.js';

const KNOWN = ['person', 'count', 'zones'];
const values = { person: 'Al "x" \\ & <b>\n', count: 0.5, zones: ['gate', 'lawn'] };
const fill = (text: string, mode: 'json' | 'form' | 'raw', given: object = values) =>
  fillTemplate(parseTemplate(text, mode, KNOWN), given as typeof values);

describe('fillTemplate', () => {
  it('escapes values inside strings of JSON, and writes JSON elsewhere', () => {
    const text = '{"t": "by {{person}} \\"{{ count }}\\" {{zones}}", "p": {{person}}, "z": {{zones}}}';
    expect(JSON.parse(fill(text, 'json'))).toEqual({
      ...{ t: `by ${values.person} "0.5" gate, lawn`, p: values.person, z: values.zones },
    });
    const none = { person: null, count: null, zones: [] };
    expect(JSON.parse(fill(text, 'json', none))).toEqual({ t: 'by  "" ', p: null, z: [] });
  });

  it('encodes values of a form, and leaves other text as it is', () => {
    expect(fill('m={{person}}&n={{count}}', 'form')).toBe('m=Al%20%22x%22%20%5C%20%26%20%3Cb%3E%0A&n=0.5');
    expect(fill('m={{person}}', 'form', { person: 'a\ud800' })).toBe('m=a%EF%BF%BD');
    expect(fill('{{person}}|{{zones}}', 'raw')).toBe(`${values.person}|gate, lawn`);
  });

  it('does not fill placeholders that a value brings along', () => {
    expect(fill('{{person}}', 'raw', { person: '{{count}}' })).toBe('{{count}}');
  });
});

describe('parseTemplate', () => {
  it('lists the known placeholders when one is not known, and reports an open one', () => {
    expect(() => parseTemplate('a {{persn}}', 'raw', KNOWN)).toThrow(
      '{{persn}} is not a placeholder; known are {{person}}, {{count}}, {{zones}}',
    );
    expect(() => parseTemplate('a {{person', 'raw', KNOWN)).toThrow('"{{person" has no }}');
  });

  it('reads JSON with braces next to each other', () => {
    expect(fill('{"a":{"b":"{{count}}"}}', 'json')).toBe('{"a":{"b":"0.5"}}');
  });
});

describe('templateMode', () => {
  it.each([
    ['application/json', 'json'],
    ['Application/JSON; charset=utf-8', 'json'],
    ['application/activity+json', 'json'],
    ['application/x-www-form-urlencoded', 'form'],
    ['text/plain', 'raw'],
  ])('of %s is %s', (type, mode) => expect(templateMode(type)).toBe(mode));
});
