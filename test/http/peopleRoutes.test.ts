import { describe, expect, it } from 'vitest';
import type { SettingsInput } from '../../src/http/peopleRoutes.js';
import { httpServer } from '../helpers/http.js';

describe('PATCH /api/v1/people/{name}', () => {
  it.each([
    ['nothing', ''],
    ['spaces', '   '],
    ['a line break', 'Anna\nB.'],
    ['a mark of direction', 'Anna\u202e'],
    ['a control character', 'Anna\u0000'],
  ])('takes no display name of %s', async (_, displayName) => {
    const changes: SettingsInput[] = [];
    const people = {
      changePerson: async (_name: string, settings: SettingsInput) => void changes.push(settings),
    };
    const { address } = await httpServer({ people } as unknown as Parameters<typeof httpServer>[0]);
    const response = await fetch(`${address}/api/v1/people/anna`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ displayName }),
    });
    const { detail } = (await response.json()) as { detail: string };
    expect([response.status, detail]).toEqual([400, expect.stringMatching(/^displayName must have letters/)]);
    expect(changes).toEqual([]);
  });
});
