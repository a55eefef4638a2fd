import { describe, expect, it } from 'vitest';
import type { ConditionsResult } from '../../bench/conditions.js';
import { spotter } from '../helpers/cli.js';
import { labelledList } from '../helpers/labelled.js';

describe('spotter bench conditions', () => {
  it('names a known face in good pictures, misses it where it is too small, and reports an unreadable photo', async () => {
    const list = labelledList();
    const { code, stdout, stderr } = await spotter(['bench', 'conditions', '--list', list, '--json']);
    expect(stderr).toMatch(/^spotter: .*broken\.jpg is damaged or not a picture/);
    expect(code).toBe(0);
    const result: ConditionsResult = JSON.parse(stdout);
    expect(result).toMatchObject({ detector: 'spotter-det', people: 1, faceless: 0 });
    const row = (name: string) => result.rows.find((one) => one.name === name);
    expect(row('as they are')).toMatchObject({
      known: { photos: 1, right: 1 },
      strangers: { photos: 1, wrong: 0, unknown: 1 },
    });
    expect(row('grey')?.known.right).toBe(1);
    expect(row('24 px')?.known.unusable).toBe(1);
  });

  it('refuses to run without photos, with one sentence', async () => {
    const { code, stdout, stderr } = await spotter(['bench', 'conditions']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^spotter: give --list FILE, or --gallery DIR with --known DIR/);
  });
});
