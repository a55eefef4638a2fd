import { setImmediate } from 'node:timers/promises';
import { cleanup, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../../src/dashboard/app.js';
import { filter } from '../../src/dashboard/state/eventArchive.js';
import { EVERYTHING } from '../../src/dashboard/state/eventFilter.js';
import { feed } from '../../src/dashboard/state/feedConnection.js';
import { dropPerson } from '../../src/dashboard/state/forgotten.js';
import { loadPeople, people } from '../../src/dashboard/state/household.js';
import { given } from '../../src/dashboard/state/naming.js';
import { dateValue, dayBounds } from '../../src/dashboard/state/times.js';
import { showToast } from '../../src/dashboard/state/toasts.js';
import { batches, uploadPhotos } from '../../src/dashboard/state/uploads.js';
import { answerWith, signedIn } from './daemonStub.js';
import { cameraOnPage, eventOnPage, personOnPage, personWithSettings } from './samples.js';

/** The far end of the newest WebSocket for events. */
let farEnd: FarEnd;

class FarEnd {
  onopen = () => {};
  onmessage = (_: { data: string }) => {};
  onclose = () => {};

  constructor(address: URL | string) {
    if (new URL(address).pathname === '/ws') farEnd = this;
  }

  /** Like the network: after everything that waits for no event. */
  async send(message: object): Promise<void> {
    await setImmediate();
    this.onmessage({ data: JSON.stringify(message) });
  }

  hello(erasures: number, epoch: string | null = 'e1'): Promise<void> {
    this.onopen();
    const track = { id: 'door-1', camera: 'door', verdict: 'known', person: 'alice' };
    const about = { server: 'spotter/1', epoch, seq: 1, cameras: [cameraOnPage], tracks: [track] };
    return this.send({ type: 'hello', erasures, ...about });
  }
}

const startedAt = new Date(dayBounds(dateValue(Date.now())).from).toISOString();
const visit = {
  person: 'alice',
  displayName: null,
  camera: 'door',
  firstSeq: 1,
  lastSeq: 1,
  startedAt,
  endedAt: null,
};
const finding = {
  kind: 'few_photos',
  people: ['alice'],
  photos: [],
  message: 'alice has one photo',
  advice: 'add more',
};
/** Whether the daemon still has the person. */
let isThere: boolean;
const ifThere =
  <T,>(value: T, otherwise: T | number) =>
  () =>
    isThere ? value : otherwise;

beforeEach(() => {
  isThere = true;
  vi.stubGlobal('WebSocket', FarEnd);
  const page = { next: null, epoch: 'e1', firstSeq: 1, lastSeq: 1 };
  const match = eventOnPage(1, { person: 'alice' });
  answerWith({
    'GET /session': signedIn(),
    'GET /cameras': { cameras: [cameraOnPage] },
    'GET /people': ifThere({ people: [personOnPage('alice')] }, { people: [] }),
    'GET /people/alice': ifThere(personWithSettings('alice'), 404),
    'GET /gallery/findings': ifThere({ findings: [finding] }, { findings: [] }),
    'GET /visits': ifThere({ visits: [visit], next: null }, { visits: [], next: null }),
    'GET /events': ifThere({ events: [match], ...page }, { events: [], ...page }),
    'GET /events/1': ifThere(match, 404),
    'GET /faces': { faces: [] },
  });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  location.hash = '';
});

const mentions = () => screen.queryAllByText(/alice/i).length;

describe('When a person is forgotten elsewhere', () => {
  it('nothing of them stays in an open tab, whatever it shows', async () => {
    for (const view of ['/', '/history', '/history/1', '/people', '/people/alice']) {
      isThere = true;
      location.hash = view;
      render(<App />);
      await waitFor(() => expect(farEnd).toBeDefined());
      await farEnd.hello(0);
      await farEnd.send({ type: 'event', ...eventOnPage(feed.value.lastSeq + 1, { person: 'alice' }) });
      given.value = new Map([['door-1', 'alice']]);
      showToast('Photo added to alice', null, 'alice');
      batches.value = [{ person: 'alice', lines: [], isDone: true }];
      await waitFor(() => expect(mentions(), view).toBeGreaterThan(view === '/history' ? 2 : 0));
      isThere = false;
      await farEnd.send({ type: 'forgotten', person: 'alice', erasures: 0 });
      await waitFor(() => expect(document.body.innerHTML, view).not.toMatch(/alice/i));
      expect([given.value.size, batches.value.length]).toEqual([0, 0]);
      // What had the focus may be gone.
      await waitFor(() => expect(document.activeElement?.closest('main, dialog'), view).not.toBeNull());
      cleanup();
    }
  });

  it('nobody is searched for by their name any more', () => {
    filter.value = { ...EVERYTHING, search: 'Alice ' };
    dropPerson('alice');
    expect(filter.value).toEqual(EVERYTHING);
    filter.value = { ...EVERYTHING, search: 'bob' };
    dropPerson('alice');
    expect(filter.value.search).toBe('bob');
    filter.value = EVERYTHING;
  });

  it('an answer that was on its way brings nobody back', async () => {
    let answer = (_: unknown) => {};
    const old = new Promise((resolve) => {
      answer = resolve;
    });
    const answers: Record<string, unknown> = { 'GET /people': old };
    answerWith(answers);
    const loaded = loadPeople();
    dropPerson('alice');
    answers['GET /people'] = { people: [personOnPage('bob')] };
    answer({ people: [personOnPage('alice'), personOnPage('bob')] });
    await loaded;
    expect(people.value?.map(({ name }) => name)).toEqual(['bob']);
  });

  it('the page starts over after an outage, and only then', async () => {
    const reload = vi.spyOn(location, 'reload').mockImplementation(() => {});
    render(<App />);
    await farEnd.hello(0);
    await farEnd.send({ type: 'forgotten', person: 'bob', erasures: 1 });
    await farEnd.hello(1);
    expect(reload).not.toHaveBeenCalled();
    await farEnd.hello(2);
    expect(reload).toHaveBeenCalledOnce();
  });

  it('a log that cannot be read now, or a new one, says nothing of who was forgotten in the old one', async () => {
    const reload = vi.spyOn(location, 'reload').mockImplementation(() => {});
    render(<App />);
    await farEnd.hello(2);
    reload.mockClear();
    await farEnd.hello(0, null);
    await farEnd.hello(2);
    await farEnd.hello(0, 'e2');
    expect(reload).not.toHaveBeenCalled();
    await farEnd.hello(2, 'e3');
    expect(reload).toHaveBeenCalledOnce();
  });

  it('photos of them that are still to be sent stay where they are', async () => {
    const sent = vi.fn(() => {
      dropPerson('alice');
      return { message: '' };
    });
    answerWith({ 'POST /people/alice/photos': sent });
    const files = ['1.jpg', '2.jpg'].map((name) => new File(['x'], name, { type: 'image/jpeg' }));
    await uploadPhotos('alice', files);
    expect(sent).toHaveBeenCalledOnce();
    expect(batches.value).toEqual([]);
  });
});
