import { cleanup, fireEvent, render, screen } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Router } from 'wouter-preact';
import { memoryLocation } from 'wouter-preact/memory-location';
import { listVisits } from '../../src/dashboard/api/calls.js';
import type { SpotterEvent, Visit } from '../../src/dashboard/api/model.js';
import { Views } from '../../src/dashboard/app.js';
import { archive, filter } from '../../src/dashboard/state/eventArchive.js';
import { EVERYTHING } from '../../src/dashboard/state/eventFilter.js';
import { feed } from '../../src/dashboard/state/feedConnection.js';
import { EMPTY_FEED } from '../../src/dashboard/state/feedState.js';
import { people } from '../../src/dashboard/state/household.js';
import { dayBounds } from '../../src/dashboard/state/times.js';
import { toasts } from '../../src/dashboard/state/toasts.js';
import { HealthView } from '../../src/dashboard/views/healthView.js';
import { HistoryView } from '../../src/dashboard/views/historyView.js';
import { PeopleView } from '../../src/dashboard/views/peopleView.js';
import { PersonView } from '../../src/dashboard/views/personView.js';
import { VisitTimeline } from '../../src/dashboard/views/visitTimeline.js';
import { answerWith, type Sent, SILENCE, signedIn } from './daemonStub.js';
import { eventOnPage, healthAnswers, personOnPage, personWithSettings } from './samples.js';

const DAY = '2026-11-27';
const OTHER_DAY = '2026-11-26';
const { from, to } = dayBounds(DAY);

const visitOf = (person: string, startedAt: number): Visit => ({
  ...{ person, displayName: null, camera: 'door', firstSeq: startedAt, lastSeq: startedAt },
  startedAt: new Date(startedAt).toISOString(),
  endedAt: new Date(startedAt + 60_000).toISOString(),
});
const pageOf = (events: SpotterEvent[], next: string | null = null, lastSeq = events[0]?.seq ?? 0) => ({
  ...{ events, next, epoch: 'e1', firstSeq: 1 },
  lastSeq,
});
const visitsOf = (...visits: Visit[]) => ({ visits, next: null });
const happened = (...events: SpotterEvent[]) => {
  feed.value = { ...EMPTY_FEED, events, lastSeq: events[0].seq };
};
const requests = (sent: Sent[], route: string) => sent.filter((one) => one.route.startsWith(route)).length;
/** Lets time pass, with all that happens in it. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const day = (value: string) => {
  filter.value = { ...filter.value, day: value };
};

beforeEach(() => {
  vi.useFakeTimers();
  signedIn();
  day(DAY);
});

afterEach(async () => {
  cleanup();
  await pass(10_000);
  vi.useRealTimers();
  filter.value = EVERYTHING;
  feed.value = EMPTY_FEED;
  people.value = null;
  toasts.value = [];
});

describe('VisitTimeline', () => {
  it('drops the answer for a day that is no longer chosen', async () => {
    let answerFirst = (_: unknown) => {};
    const first = new Promise((resolve) => {
      answerFirst = resolve;
    });
    answerWith({
      'GET /visits': (query: URLSearchParams) =>
        query.get('from') === String(from) ? first : visitsOf(visitOf('bob', from - 60_000)),
    });
    render(<VisitTimeline />);
    await pass(100);
    day(OTHER_DAY);
    await pass(100);
    expect(screen.getByText('bob')).toBeTruthy();
    answerFirst(visitsOf(visitOf('alice', from)));
    await pass(100);
    expect(screen.getByText('bob')).toBeTruthy();
    expect(screen.queryByText('alice')).toBeNull();
  });

  it('is refreshed while events come faster than once a second', async () => {
    const sent = answerWith({ 'GET /visits': visitsOf() });
    render(<VisitTimeline />);
    await pass(100);
    for (let seq = 1; seq <= 25; seq++) {
      happened(eventOnPage(seq));
      await pass(200);
    }
    expect(requests(sent, 'GET /visits')).toBeGreaterThanOrEqual(5);
    expect(requests(sent, 'GET /visits')).toBeLessThanOrEqual(6);
  });

  it('shows the visits of every page', async () => {
    const sent = answerWith({
      'GET /visits': (query: URLSearchParams) =>
        query.has('before')
          ? visitsOf(visitOf('bob', from))
          : { visits: [visitOf('alice', from + 1)], next: `/api/v1/visits?from=${from}&before=7` },
    });
    const visits = await listVisits(from, to);
    expect(visits.map(({ person }) => person)).toEqual(['alice', 'bob']);
    expect(sent[1].route).toContain(`from=${from}&to=${to}&limit=500&before=7`);
  });
});

describe('While spotter does not answer', () => {
  it('history says so instead of showing nothing, and loads once it answers', async () => {
    const answers: Record<string, unknown> = { 'GET /visits': SILENCE, 'GET /events': SILENCE };
    answerWith(answers);
    render(<HistoryView seq={null} />);
    await pass(1000);
    expect(screen.getAllByText('spotter does not answer')).toHaveLength(2);
    expect(screen.queryByText(/\d events?/)).toBeNull();
    expect(screen.queryByText('Nobody known was here')).toBeNull();
    answers['GET /visits'] = visitsOf(visitOf('alice', from));
    answers['GET /events'] = pageOf([eventOnPage(1, { person: 'alice' })]);
    await pass(5000);
    expect(screen.queryByText('spotter does not answer')).toBeNull();
    expect(screen.getByText('1 event')).toBeTruthy();
    expect(screen.getAllByText('alice').length).toBeGreaterThan(1);
  });

  it('an empty timeline that cannot be refreshed is not said to be true', async () => {
    const answers: Record<string, unknown> = { 'GET /visits': visitsOf() };
    answerWith(answers);
    render(<VisitTimeline />);
    await pass(100);
    expect(screen.getByText(/Nobody known/)).toBeTruthy();
    answers['GET /visits'] = SILENCE;
    happened(eventOnPage(1));
    await pass(1500);
    expect(screen.queryByText(/Nobody known/)).toBeNull();
    expect(screen.getByText('spotter does not answer')).toBeTruthy();
  });

  it.each([
    ['People', <PeopleView key="people" />, 'alice'],
    ['Health', <HealthView key="health" />, 'Everything works'],
  ])('%s says so in its place, and loads once it answers', async (_, view, content) => {
    const answers: Record<string, unknown> = { 'GET /people': SILENCE, 'GET /health': SILENCE };
    answerWith(answers);
    render(view);
    await pass(100);
    expect(screen.getByText('spotter does not answer')).toBeTruthy();
    answers['GET /people'] = { people: [personOnPage('alice')] };
    Object.assign(answers, healthAnswers());
    await pass(5000);
    expect(screen.getByText(content)).toBeTruthy();
    expect(toasts.value).toEqual([]);
  });

  it('the page of a person says so, and shows the person once it answers', async () => {
    const answers: Record<string, unknown> = { 'GET /people/sam': SILENCE };
    answerWith(answers);
    render(<PersonView name="sam" />);
    await pass(100);
    expect(screen.getByText('spotter does not answer')).toBeTruthy();
    answers['GET /people/sam'] = personWithSettings('sam');
    await pass(5000);
    expect(screen.getByRole('heading', { name: 'sam' })).toBeTruthy();
  });
});

describe('HistoryFilters', () => {
  it('ask for nothing while a year is being typed', async () => {
    const sent = answerWith({ 'GET /visits': visitsOf(), 'GET /events': pageOf([]) });
    render(<HistoryView seq={null} />);
    await pass(500);
    sent.length = 0;
    const field = screen.getByLabelText('Day');
    for (const value of ['0002-11-25', '0020-11-25', '0202-11-25']) {
      fireEvent.change(field, { target: { value } });
      await pass(500);
    }
    expect(sent).toEqual([]);
    expect(filter.value.day).toBe(DAY);
    expect(toasts.value).toEqual([]);
    fireEvent.change(field, { target: { value: '2026-11-25' } });
    await pass(500);
    expect(requests(sent, `GET /visits?from=${dayBounds('2026-11-25').from}`)).toBe(1);
    expect(requests(sent, 'GET /events')).toBe(1);
  });
});

describe('HistoryView', () => {
  const shown = async (change: Partial<typeof EVERYTHING>) => {
    filter.value = { ...EVERYTHING, ...change };
    const sent = answerWith({ 'GET /visits': visitsOf(), 'GET /events': pageOf([], null, 10) });
    render(<HistoryView seq={null} />);
    await pass(500);
    return sent;
  };
  const match = (seq: number, person: string, change: Partial<SpotterEvent> = {}) =>
    eventOnPage(seq, { kind: 'match', person, ...change });

  it('asks once for its list, when it is opened and when it is opened again', async () => {
    for (const _ of ['first', 'again']) {
      const sent = await shown({});
      expect(requests(sent, 'GET /events')).toBe(1);
      cleanup();
    }
  });

  it('offers newer events that fit the filter alone', async () => {
    await shown({ person: 'alice', camera: 'door', kind: 'match', day: DAY, reviewed: 'no' });
    happened(
      match(17, 'alice', { capturedAt: new Date(to).toISOString() }),
      match(16, 'alice', { camera: 'yard' }),
      match(15, 'alice', { kind: 'unknown' }),
      match(14, 'alice', { reviewed: true }),
      match(13, 'alice', { capturedAt: new Date(from).toISOString() }),
      match(12, 'alice', { capturedAt: new Date(to - 1).toISOString() }),
      match(11, 'bob'),
      match(10, 'alice'),
    );
    await pass(100);
    expect(screen.getByText('Show 2 new events')).toBeTruthy();
    happened(match(18, 'bob'));
    await pass(100);
    expect(screen.queryByText(/^Show /)).toBeNull();
  });

  it('speaks of filters alone where there are some, also after one was cleared by hand', async () => {
    await shown({});
    expect(screen.getByText('Nothing has happened yet.')).toBeTruthy();
    const search = screen.getByRole('searchbox');
    const reset = () => screen.getByText<HTMLButtonElement>('Reset');
    fireEvent.input(search, { target: { value: 'zoe' } });
    await pass(500);
    expect(screen.getByText(/^No event fits/)).toBeTruthy();
    expect(reset().disabled).toBe(false);
    fireEvent.input(search, { target: { value: '' } });
    await pass(500);
    expect(screen.getByText('Nothing has happened yet.')).toBeTruthy();
    expect(reset().disabled).toBe(true);
  });

  it('loads them on demand', async () => {
    const sent = await shown({});
    happened(match(11, 'alice'));
    await pass(100);
    const before = requests(sent, 'GET /events');
    fireEvent.click(screen.getByText('Show 1 new event'));
    await pass(100);
    expect(requests(sent, 'GET /events')).toBe(before + 1);
  });

  it('asks in parts for a search that many people match, and merges them by seq', async () => {
    people.value = Array.from({ length: 120 }, (_, i) => personOnPage(`person-${i}`));
    filter.value = { ...EVERYTHING, search: 'person-' };
    const wanted = (query: URLSearchParams) => query.get('person')?.split(',') ?? [];
    // The first part has older events than its page holds.
    const parts: Record<string, SpotterEvent[][]> = {
      'person-0': [[match(9, 'person-0'), match(5, 'person-1')], [match(2, 'person-0')]],
      'person-50': [[match(8, 'person-50'), match(3, 'person-51')], [match(3, 'person-51')]],
      'person-100': [[match(7, 'person-100')], []],
    };
    const sent = answerWith({
      'GET /visits': visitsOf(),
      'GET /events': (query: URLSearchParams) => {
        const pages = parts[wanted(query)[0]];
        if (query.has('before')) return pageOf(pages[1]);
        return pageOf(pages[0], wanted(query)[0] === 'person-0' ? '/api/v1/events?before=5' : null, 9);
      },
    });
    render(<HistoryView seq={null} />);
    await pass(1000);
    const asked = sent.filter(({ route }) => route.startsWith('GET /events'));
    const lists = asked.map(({ route }) => new URL(route.slice(4), 'http://x').searchParams);
    expect(lists.every((query) => wanted(query).length <= 50)).toBe(true);
    expect(new Set(lists.flatMap(wanted)).size).toBe(121);
    expect(new Set(lists.map((query) => query.get('before')))).toEqual(new Set([null, '5']));
    expect(archive.value.events.map((event) => event.seq)).toEqual([9, 8, 7, 5, 3, 2]);
    expect(screen.getByText('6 events')).toBeTruthy();
  });

  it.each(['abc', '12x', '-1'])(
    'opens no event at the address of %s, and repeats no request',
    async (seq) => {
      const sent = answerWith({ 'GET /visits': visitsOf(), 'GET /events': pageOf([]) });
      const { hook } = memoryLocation({ path: `/history/${seq}` });
      render(
        <Router hook={hook}>
          <Views />
        </Router>,
      );
      await pass(1000);
      expect(screen.queryByRole('dialog', { hidden: true })).toBeNull();
      const count = sent.length;
      await pass(20_000);
      expect(sent).toHaveLength(count);
      expect(requests(sent, 'GET /events/')).toBe(0);
    },
  );
});
