import { describe, expect, it } from 'vitest';
import { isSamePerson, nameFault } from '../../src/core/personName.js';

describe('nameFault', () => {
  it.each([
    'राम',
    'நந்தினி',
    'রহিম',
    'ಪ್ರಿಯಾ',
    'မောင်',
    'ខ្មែរ',
    'مُحَمَّد',
    'דָּוִד',
    '김철수',
    'O’Brien',
    "O'Brien",
    'Dr. Smith',
    'Anne–Marie',
    'Anne-Marie',
    'Zoë'.normalize('NFD'),
    'Gal·la',
    'श्री\u200dराम',
    'علی\u200cرضا',
    'ジョン・スミス',
    'a_1',
    'x'.repeat(64),
  ])('accepts %s', (name) => {
    expect(nameFault(name)).toBe(null);
  });

  it.each([
    ['a;b', '";" (U+003B) is not allowed'],
    ['a/b', '"/" (U+002F) is not allowed'],
    ['a+b', '"+" (U+002B) is not allowed'],
    ['a\nb', 'U+000A is not allowed'],
    ['a\u202eb', 'U+202E is not allowed'],
    ['😀', '"😀" (U+1F600) is not allowed'],
    [' grace', 'it begins or ends with a space'],
    ['grace ', 'it begins or ends with a space'],
    ['\u0301a', 'it must not begin with U+0301'],
    ['.hidden', 'it must not begin with "." (U+002E)'],
    ['Smith Jr.', 'it must not end with "." (U+002E)'],
    ['a..b', 'it has two full stops in a row'],
    ['a\u200d', 'it must not end with U+200D'],
    ['', 'it is empty'],
    ['x'.repeat(65), 'it has 65 characters; use up to 64'],
    ['a\u0301'.repeat(5000), 'it has 10000 characters'],
  ])('names what is wrong with %j', (name, what) => {
    expect(nameFault(name)).toContain(` is not a valid name: ${what}`);
  });

  it('repeats no more of a name than a name may have, and nothing that a terminal obeys', () => {
    expect(nameFault('\u202e\u001b'.repeat(9000))).toMatch(/^"(\\u202e\\x1b){32}…" is not a valid name/);
  });
});

describe('isSamePerson', () => {
  it.each([
    ['Grace', 'grace'],
    ['Zoë', 'ZOË'.normalize('NFD')],
    ['Straße', 'STRASSE'],
    ['علی\u200cرضا', 'علیرضا'],
  ])('takes %s and %s for one person', (a, b) => {
    expect(isSamePerson(a, b)).toBe(true);
  });

  it('keeps other names apart', () => {
    expect(isSamePerson('Zoë', 'Zoe')).toBe(false);
    expect(isSamePerson('राम', 'रम')).toBe(false);
  });
});
