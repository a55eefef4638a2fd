import { describe, expect, it } from 'vitest';
import { connectionLimits } from '../../src/http/connectionLimits.js';

describe('connectionLimits', () => {
  it.each([
    [500, Number.POSITIVE_INFINITY, 500, 400],
    [500, 20_000, 500, 400],
    [2000, 1024, 768, 614],
    [500, 256, 128, 102],
    [500, 1, 1, 1],
    [1, 1024, 1, 1],
  ])(
    'of %i configured and %d open files: %i, %i of them WebSocket clients',
    (configured, files, connections, clients) => {
      expect(connectionLimits(configured, files)).toEqual({ connections, clients });
    },
  );
});
