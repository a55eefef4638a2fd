import { describe, expect, it } from 'vitest';
import type { SettingsInput } from '../../src/http/peopleRoutes.js';
import { httpServer } from '../helpers/http.js';

/** Sends settings of anna. @returns the status, the sentence, and what reached the gallery */
async function change(settings: SettingsInput): Promise<[number, string, SettingsInput[]]> {
  const changes: SettingsInput[] = [];
  const people = {
    changePerson: async (_name: string, given: SettingsInput) => void changes.push(given),
  };
  const { address } = await httpServer({ people } as unknown as Parameters<typeof httpServer>[0]);
  const response = await fetch(`${address}/api/v1/people/anna`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
  const { detail } = (await response.json()) as { detail: string };
  return [response.status, detail, changes];
}

describe('PATCH /api/v1/people/{name}', () => {
  it.each([
    ['nothing', ''],
    ['spaces', '   '],
    ['a line break', 'Anna\nB.'],
    ['a mark of direction', 'Anna\u202e'],
    ['a control character', 'Anna\u0000'],
    ['half a character', '\ud800'],
  ])('takes no display name of %s', async (_, displayName) => {
    expect(await change({ displayName })).toEqual([
      400,
      expect.stringMatching(/^displayName must have letters/),
      [],
    ]);
  });

  it.each(['a\u0000b', 'a\u001bb', '\udc00'])('takes no note that is not text: %j', async (note) => {
    expect(await change({ note })).toEqual([
      400,
      expect.stringMatching(/^note must have no control characters but tabs and line breaks/),
      [],
    ]);
  });

  it('takes a note of several lines', async () => {
    const note = 'the neighbour\n\tat number 5 \u{1F600}';
    expect((await change({ note }))[2]).toEqual([{ note }]);
  });
});
