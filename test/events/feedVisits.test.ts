import { describe, expect, it } from 'vitest';
import { type EventDraft, type SpotterEvent, toEvent } from '../../src/events/event.js';
import { FeedVisits } from '../../src/events/feedVisits.js';
import { spotterEvent } from '../helpers/events.js';

const rules = () => ({ enabled: true, gapMs: 10_000 });
const ID = '01KDVPQ4001234567890ABCDEF';

/** Several nodes that read one feed, one of which publishes. */
class Feed {
  readonly events: SpotterEvent[] = [];
  readonly nodes = [new FeedVisits({ rules }), new FeedVisits({ rules })];
  sender: FeedVisits | null = this.nodes[0];
  #seq = 0;

  at(ms: number, kind: SpotterEvent['kind'], change: Partial<SpotterEvent> = {}): void {
    this.#read(
      spotterEvent({ kind, capturedAt: new Date(ms).toISOString(), ...change, seq: ++this.#seq }),
      ms,
    );
    this.publish(ms);
  }

  tick(ms: number): void {
    for (const node of this.nodes) node.tick(ms);
    this.publish(ms);
  }

  publish(ms: number): void {
    for (const draft of this.sender?.owed() ?? [])
      this.#read(toEvent(draft as EventDraft, { seq: ++this.#seq, id: ID, publishedMs: ms }), ms);
  }

  get visits(): string[] {
    return this.events
      .filter(({ visit }) => visit !== undefined)
      .map(({ kind, cameras, visit }) => `${kind} ${visit} ${cameras?.join('+')}`);
  }

  #read(event: SpotterEvent, ms: number): void {
    this.events.push(event);
    for (const node of this.nodes) node.note(event, ms);
  }
}

const hall = { camera: 'hall', track: 'hall-1' };

describe('FeedVisits', () => {
  it('go on across nodes and cameras when who publishes them is gone', () => {
    const feed = new Feed();
    feed.at(1000, 'match');
    feed.sender = null;
    feed.at(2000, 'match', hall);
    feed.at(3000, 'left');
    feed.at(4000, 'left', hall);
    feed.sender = feed.nodes[1];
    feed.sender.oweAgain();
    feed.tick(13_000);
    feed.tick(15_000);
    expect(feed.visits).toEqual(['visit_started door-1-rs door', 'visit_ended door-1-rs door+hall']);
  });

  it('are published by the next one where they are owed, under the same id', () => {
    const feed = new Feed();
    feed.sender = null;
    feed.at(1000, 'match');
    const [draft] = feed.nodes[0].owed();
    feed.sender = feed.nodes[1];
    feed.publish(1500);
    expect(feed.events.at(-1)).toMatchObject({ kind: 'visit_started', id: draft.givenId });
    expect(draft.givenId).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    // Both have it now.
    for (const node of feed.nodes) node.oweAgain();
    expect(feed.nodes.map((node) => node.owed())).toEqual([[], []]);
  });

  it('go on after a restart of every node', () => {
    const feed = new Feed();
    feed.at(1000, 'match');
    const saved = feed.nodes[0].save(2);
    const again = new FeedVisits({ rules });
    expect(again.restore(saved)).toBe(2);
    feed.nodes.splice(0, 2, again);
    feed.sender = again;
    feed.at(3000, 'left');
    feed.tick(20_000);
    expect(feed.visits).toEqual(['visit_started door-1-rs door', 'visit_ended door-1-rs door']);
    expect(again.open).toBe(0);
  });

  it('are ended where another node has said so, and forgotten with their person', () => {
    const feed = new Feed();
    feed.at(1000, 'match');
    feed.at(2000, 'match', { ...hall, person: 'bob' });
    const [, other] = feed.nodes;
    feed.at(3000, 'visit_ended', { track: null, visit: 'door-1-rs' });
    expect(other.open).toBe(1);
    other.forgetPerson('bob');
    expect(other.open).toBe(0);
    expect(other.owed()).toEqual([]);
  });
});
