import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { givenAddress } from '../../src/cli/givenAddress.js';

const stdin = (text: string) => new PassThrough().end(text);

describe('givenAddress', () => {
  it('is what was given, or with - the first line of stdin', async () => {
    expect(await givenAddress(' rtsp://a/1 ', stdin('rtsp://b/1\n'))).toBe('rtsp://a/1');
    expect(await givenAddress('-', stdin('\n rtsp://b/1\r\nmore\n'))).toBe('rtsp://b/1');
    await expect(givenAddress('-', stdin('\n'))).rejects.toThrow(/stdin has no address/);
  });
});
