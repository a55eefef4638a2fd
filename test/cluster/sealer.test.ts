import { describe, expect, it } from 'vitest';
import { Sealer } from '../../src/cluster/sealer.js';

const sealer = new Sealer('a key of thirty-two characters..');
const text = new TextEncoder().encode('alice was at the door');

describe('Sealer', () => {
  it('opens what it has sealed, in the same place only', () => {
    const sealed = sealer.seal(text, 'a');
    expect(Buffer.from(sealer.open(sealed, 'a') ?? []).toString()).toBe('alice was at the door');
    expect(sealer.open(sealed, 'b')).toBeNull();
  });

  it('opens nothing that was sealed with another key, changed or cut', () => {
    const sealed = sealer.seal(text, 'a');
    expect(new Sealer('another key of thirty-two chars.').open(sealed, 'a')).toBeNull();
    const changed = Uint8Array.from(sealed);
    changed[20] ^= 1;
    expect(sealer.open(changed, 'a')).toBeNull();
    expect(sealer.open(sealed.subarray(0, 40), 'a')).toBeNull();
    expect(sealer.open(new Uint8Array(5), 'a')).toBeNull();
  });

  it('seals the same bytes differently every time, and shows nothing of them', () => {
    const once = Buffer.from(sealer.seal(text, 'a'));
    expect(once.equals(Buffer.from(sealer.seal(text, 'a')))).toBe(false);
    expect(once.includes('alice')).toBe(false);
  });

  it('makes one key of every spelling of a name, and another with another cluster key', () => {
    const key = sealer.personKey('Zoë');
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(sealer.personKey('zoe\u0308')).toBe(key);
    expect(sealer.personKey('Zoe')).not.toBe(key);
    expect(new Sealer('another key of thirty-two chars.').personKey('Zoë')).not.toBe(key);
    expect(sealer.keyOf('photo', 'zoë')).not.toBe(key);
  });
});
