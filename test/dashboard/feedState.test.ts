import { describe, expect, it } from 'vitest';
import {
  EMPTY_FEED,
  type FeedMessage,
  type FeedState,
  fromPage,
  MAX_EVENTS,
  received,
} from '../../src/dashboard/state/feedState.js';
import { eventOnPage } from './samples.js';

const hello = (change: Partial<FeedMessage & { type: 'hello' }> = {}): FeedMessage => ({
  type: 'hello',
  server: 'spotter/0.1.0',
  epoch: 'e1',
  seq: 0,
  erasures: 0,
  cameras: [{ id: 'door', state: 'live', message: null, node: null }],
  tracks: [],
  ...change,
});
const event = (seq: number, change: Parameters<typeof eventOnPage>[1] = {}): FeedMessage => ({
  type: 'event',
  ...eventOnPage(seq, change),
});
const fold = (state: FeedState, ...messages: FeedMessage[]) => messages.reduce(received, state);
const numbers = ({ events }: FeedState) => events.map(({ seq }) => seq);
const page = (...seqs: number[]) =>
  fromPage({
    events: seqs.map((seq) => eventOnPage(seq)),
    next: null,
    epoch: 'e1',
    firstSeq: 1,
    lastSeq: seqs[0],
  });

describe('feedState', () => {
  it('goes on where the history ends, each event once, also when some are sent again', () => {
    const state = fold(page(3, 2, 1), hello({ seq: 4 }), event(2), event(3), event(4), event(4));
    expect(numbers(state)).toEqual([4, 3, 2, 1]);
    expect(state.lastSeq).toBe(4);
  });

  it('knows who is in view from hello, which includes the events sent again after it', () => {
    const track = { id: 'door-1', camera: 'door', verdict: 'known' as const, person: 'alice' };
    const state = fold(
      page(1),
      hello({ seq: 3, tracks: [track] }),
      event(2, { kind: 'appeared', track: 'door-9' }),
      event(3, { kind: 'left', track: 'door-9' }),
    );
    expect([...state.tracks.keys()]).toEqual(['door-1']);
    expect(fold(state, event(4, { kind: 'left', track: 'door-1' })).tracks.size).toBe(0);
  });

  it('empties a camera whose watching was interrupted', () => {
    const state = fold(EMPTY_FEED, hello(), event(1, { kind: 'unknown', track: 'door-1' }));
    expect(state.tracks.get('door-1')?.verdict).toBe('unknown');
    expect(fold(state, event(2, { kind: 'gap', track: null })).tracks.size).toBe(0);
  });

  it.each(['epoch_changed', 'unknown_seq'])(
    'starts over after %s, when all events of another log follow',
    (code) => {
      const state = fold(
        page(41, 40),
        hello({ epoch: 'e2', seq: 1 }),
        { type: 'error', code, epoch: 'e2' },
        event(1),
      );
      expect(numbers(state)).toEqual([1]);
      expect(state).toMatchObject({ epoch: 'e2', gap: 'epoch_changed' });
    },
  );

  it('keeps what it has where events in between are no longer kept, and says so', () => {
    const state = fold(page(5), hello({ seq: 90 }), { type: 'error', code: 'expired' }, event(80), event(81));
    expect(numbers(state)).toEqual([81, 80, 5]);
    expect(state.gap).toBe('expired');
  });

  it('follows the state of cameras', () => {
    const summary = { id: 'door', state: 'unreachable', message: 'no route', node: 'attic' };
    const change: FeedMessage = { type: 'camera', ...summary };
    expect(fold(EMPTY_FEED, hello(), change).cameras.get('door')).toEqual(summary);
  });

  it('keeps a bounded number of events in memory', () => {
    const many = Array.from({ length: MAX_EVENTS + 50 }, (_, i) => event(i + 1));
    expect(fold(EMPTY_FEED, ...many).events).toHaveLength(MAX_EVENTS);
  });
});
