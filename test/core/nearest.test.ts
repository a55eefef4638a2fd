import { describe, expect, it } from 'vitest';
import { meantOr, nearestOf } from '../../src/core/nearest.js';

describe('nearestOf', () => {
  it('finds the word that was meant, whatever its case, and none when nothing is near', () => {
    expect(nearestOf('ALISE', ['bob', 'Alice'])).toBe('Alice');
    expect(nearestOf('wilhelmina', ['bob', 'alice'])).toBeNull();
    expect(nearestOf('doorbel', ['webhook:doorbell', 'mqtt'])).toBe('webhook:doorbell');
    expect(nearestOf('b', ['a'])).toBeNull();
    expect(nearestOf('alice', [])).toBeNull();
  });
});

describe('meantOr', () => {
  it('says what else to do when nothing is near', () => {
    expect(meantOr('alise', ['alice'], 'see the list')).toBe('did you mean "alice"?');
    expect(meantOr('wilhelmina', ['bob'], 'see the list')).toBe('see the list');
  });
});
