import { describe, expect, it } from 'vitest';
import { secretMasker } from '../../src/core/secrets.js';

describe('secretMasker', () => {
  it('masks every occurrence, the longest secret first', () => {
    const mask = secretMasker(['door', 'doorbell', '$&$1']);
    expect(mask('doorbell, door and $&$1: door')).toBe('***, *** and ***: ***');
  });

  it('leaves secrets shorter than 4 characters in the text', () => {
    expect(secretMasker(['cat', ''])('a cat sat')).toBe('a cat sat');
  });
});
