import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Router } from 'wouter-preact';
import { memoryLocation } from 'wouter-preact/memory-location';
import { archive } from '../../src/dashboard/state/eventArchive.js';
import { feed } from '../../src/dashboard/state/feedConnection.js';
import { EMPTY_FEED } from '../../src/dashboard/state/feedState.js';
import { people, presentAt } from '../../src/dashboard/state/household.js';
import { given } from '../../src/dashboard/state/naming.js';
import { everybody, rememberPeople } from '../../src/dashboard/state/pastPeople.js';
import { toasts } from '../../src/dashboard/state/toasts.js';
import { batches } from '../../src/dashboard/state/uploads.js';
import { PersonRemoval } from '../../src/dashboard/views/personRemoval.js';
import { SightingFeed } from '../../src/dashboard/views/sightingFeed.js';
import { answerWith, signedIn } from './daemonStub.js';
import { eventOnPage, personOnPage } from './samples.js';

beforeEach(() => {
  signedIn();
});

afterEach(() => {
  cleanup();
  feed.value = EMPTY_FEED;
  people.value = null;
  given.value = new Map();
  toasts.value = [];
  batches.value = [];
});

describe('PersonRemoval', () => {
  it('offers to forget only to who may do that', () => {
    signedIn(['people:read', 'people:write']);
    render(<PersonRemoval name="alice" />);
    expect(screen.getByText('Remove from the gallery')).toBeTruthy();
    expect(screen.queryByText('Forget')).toBeNull();
  });

  it.each(['דוד 2', 'Zoe\u0308 K', 'anna  maria'])(
    'takes the name as it reads on the page: %j',
    async (name) => {
      render(<PersonRemoval name={name} />);
      fireEvent.click(screen.getByText('Forget'));
      const field = await screen.findByLabelText(/^Type .* to confirm$/);
      const label = field.closest('label')?.textContent?.replaceAll(/\s+/g, ' ') ?? '';
      fireEvent.input(field, { target: { value: `${label.slice('Type '.length, -' to confirm'.length)} ` } });
      await waitFor(() => expect(field.closest('form')?.querySelector('button')?.disabled).toBe(false));
    },
  );

  it('forgets only when the name is typed', async () => {
    people.value = [personOnPage('alice')];
    batches.value = [{ person: 'alice', lines: [], isDone: true }];
    archive.value = { ...archive.value, events: [eventOnPage(1, { person: 'alice' })] };
    rememberPeople([{ person: 'alice' }]);
    const sent = answerWith({ 'POST /people/alice/forget': {}, 'GET /people': { people: [] } });
    const { hook, history } = memoryLocation({ record: true });
    render(
      <Router hook={hook}>
        <PersonRemoval name="alice" />
      </Router>,
    );
    fireEvent.click(screen.getByText('Forget'));
    const field = await screen.findByLabelText('Type alice to confirm');
    const form = field.closest('form') as HTMLFormElement;
    fireEvent.input(field, { target: { value: 'alic' } });
    fireEvent.submit(form);
    expect(sent).toEqual([]);
    fireEvent.input(field, { target: { value: 'alice' } });
    await waitFor(() => expect(form.querySelector('button')?.disabled).toBe(false));
    fireEvent.submit(form);
    await waitFor(() => expect(history).toContain('/people'));
    expect(sent[0].route).toBe('POST /people/alice/forget');
    expect(batches.value).toEqual([]);
    expect(archive.value.events).toEqual([]);
    expect(everybody.value).toEqual([]);
  });

  it('leaves nothing of a forgotten person in Live', async () => {
    people.value = [personOnPage('alice')];
    const track = { id: 'door-1', camera: 'door', verdict: 'known' as const, person: 'alice' };
    given.value = new Map([['yard-1', 'alice']]);
    feed.value = {
      ...EMPTY_FEED,
      tracks: new Map([[track.id, track]]),
      events: [
        eventOnPage(6, { person: 'bob', track: 'door-4' }),
        eventOnPage(5, { kind: 'unknown', runnerUp: 'alice', track: 'door-3' }),
        eventOnPage(4, { kind: 'ambiguous', candidates: ['alice', 'bob'], track: 'door-2' }),
        eventOnPage(3, { kind: 'visit_started', person: 'alice', track: null }),
        eventOnPage(2, { person: 'alice' }),
        eventOnPage(1, { kind: 'appeared' }),
      ],
    };
    answerWith({ 'POST /people/alice/forget': {}, 'GET /people': { people: [] } });
    render(
      <>
        <PersonRemoval name="alice" />
        <SightingFeed />
      </>,
    );
    fireEvent.click(screen.getByText('Forget'));
    const field = await screen.findByLabelText('Type alice to confirm');
    fireEvent.input(field, { target: { value: 'alice' } });
    fireEvent.submit(field.closest('form') as HTMLFormElement);
    await waitFor(() => expect(feed.value.events.map(({ seq }) => seq)).toEqual([6]));
    const list = within(screen.getByRole('list', { name: 'Sightings' }));
    await waitFor(() => expect(list.getAllByRole('heading')).toHaveLength(1));
    expect(list.getByText('bob')).toBeTruthy();
    expect(presentAt('alice')).toEqual([]);
    expect(given.value.size).toBe(0);
  });

  it('says which nodes have still to forget the person, until that is closed', async () => {
    people.value = [personOnPage('alice')];
    const remains = ['node attic has not erased alice yet', 'node yard has not erased alice yet'];
    answerWith({ 'POST /people/alice/forget': { remains }, 'GET /people': { people: [] } });
    render(<PersonRemoval name="alice" />);
    fireEvent.click(screen.getByText('Forget'));
    const field = await screen.findByLabelText('Type alice to confirm');
    fireEvent.input(field, { target: { value: 'alice' } });
    fireEvent.submit(field.closest('form') as HTMLFormElement);
    await waitFor(() => expect(toasts.value).toHaveLength(1));
    expect(toasts.value[0]).toMatchObject({
      text: 'alice is not forgotten everywhere yet: node attic has not erased alice yet. node yard has not erased alice yet.',
      isFault: true,
    });
  });
});
