import { describe, expect, it } from 'vitest';
import { sightingsOf } from '../../src/dashboard/state/sightings.js';
import { eventOnPage } from './samples.js';

describe('sightingsOf', () => {
  it('joins the events of a face: the newest verdict, and when it left', () => {
    const [sighting, ...others] = sightingsOf([
      eventOnPage(4, { kind: 'left', verdict: 'known', person: 'alice' }),
      eventOnPage(3, { kind: 'match', person: 'alice' }),
      eventOnPage(2, { kind: 'unknown' }),
      eventOnPage(1, { kind: 'appeared' }),
    ]);
    expect(others).toEqual([]);
    expect(sighting).toMatchObject({
      track: 'door-1',
      verdict: 'known',
      event: { seq: 3, person: 'alice' },
      startedAt: eventOnPage(1).capturedAt,
      endedAt: eventOnPage(4).capturedAt,
    });
  });

  it('has the newest face first, and one that changes stays in its place', () => {
    const items = sightingsOf([
      eventOnPage(3, { kind: 'match', track: 'door-1', person: 'alice' }),
      eventOnPage(2, { kind: 'appeared', track: 'door-2' }),
      eventOnPage(1, { kind: 'appeared', track: 'door-1' }),
    ]);
    expect(items.map((item) => item.type === 'sighting' && item.track)).toEqual(['door-2', 'door-1']);
  });

  it('takes the verdict of a face from its end where the earlier events are not here', () => {
    const [sighting] = sightingsOf([eventOnPage(9, { kind: 'left', verdict: 'unknown' })]);
    expect(sighting).toMatchObject({ verdict: 'unknown', event: { seq: 9 } });
  });

  it('takes a name back that was withdrawn after the face had left', () => {
    const [sighting] = sightingsOf([
      eventOnPage(3, { kind: 'left', verdict: 'unknown', withdrawn: 'lin' }),
      eventOnPage(2, { kind: 'left', verdict: 'known', person: 'lin', firstSeenMs: 500, lastSeenMs: 2600 }),
      eventOnPage(1, { kind: 'match', person: 'lin' }),
    ]);
    expect(sighting).toMatchObject({ verdict: 'unknown', event: { seq: 3, person: null } });
  });

  it('has no new face where a name is taken back from one that is older than the events here', () => {
    const items = sightingsOf([
      eventOnPage(9, { kind: 'left', verdict: 'unknown', withdrawn: 'lin', track: 'door-1' }),
      eventOnPage(8, { track: 'door-7' }),
    ]);
    expect(items.map((item) => item.type === 'sighting' && item.track)).toEqual(['door-7']);
  });

  it('lasts from the first to the last look, without the time in which the face might have returned', () => {
    const [sighting] = sightingsOf([
      eventOnPage(5, { kind: 'left', verdict: 'known', person: 'lin', firstSeenMs: 500, lastSeenMs: 2600 }),
      eventOnPage(1, { kind: 'match', person: 'lin' }),
    ]);
    expect(sighting).toMatchObject({ lengthMs: 2100 });
  });

  it('shows what belongs to no face between them', () => {
    const items = sightingsOf([eventOnPage(2, { kind: 'gap', track: null }), eventOnPage(1)]);
    expect(items.map(({ type }) => type)).toEqual(['note', 'sighting']);
  });
});
