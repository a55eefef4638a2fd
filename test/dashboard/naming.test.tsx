import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NameActions } from '../../src/dashboard/parts/nameActions.js';
import { NamePicker } from '../../src/dashboard/parts/namePicker.js';
import { ToastList } from '../../src/dashboard/parts/toastList.js';
import { facesInMemory } from '../../src/dashboard/state/facesInMemory.js';
import { dropPerson } from '../../src/dashboard/state/forgotten.js';
import { people } from '../../src/dashboard/state/household.js';
import { asking, chosen, giveName, given } from '../../src/dashboard/state/naming.js';
import { toasts } from '../../src/dashboard/state/toasts.js';
import { answerWith, signedIn } from './daemonStub.js';
import { eventOnPage, personOnPage } from './samples.js';

const added = { file: 'seen.jpg', state: 'used', message: null, warnings: [] };
const unknown = eventOnPage(7, { kind: 'unknown', track: 'door-3' });

beforeEach(() => {
  signedIn();
  facesInMemory.value = { tracks: new Set(['door-3']), seq: 100 };
  people.value = [personOnPage('alice', 'Alice Adams'), personOnPage('bob')];
});

afterEach(() => {
  cleanup();
  asking.value = [];
  chosen.value = null;
  given.value = new Map();
  toasts.value = [];
});

const show = (event = unknown) =>
  render(
    <>
      <NameActions event={event} verdict={event.kind === 'match' ? 'known' : 'unknown'} />
      <NamePicker />
      <ToastList />
    </>,
  );

describe('"Who is this?"', () => {
  it('enrols the face in two clicks', async () => {
    const sent = answerWith({ 'POST /people/alice/photos': added, 'GET /people': { people: people.value } });
    show();
    fireEvent.click(screen.getByText('Who is this?'));
    fireEvent.click(await screen.findByText('Alice Adams'));
    await screen.findByText('Photo added to Alice Adams');
    expect(sent[0].route).toBe('POST /people/alice/photos?face=door-3');
    expect(given.value.get('door-3')).toBe('alice');
    await waitFor(() => expect(asking.value).toEqual([]));
  });

  it('takes the picture of the event where the face is no longer in memory', async () => {
    const sent = answerWith({ 'GET /people': { people: people.value } });
    show();
    fireEvent.click(screen.getByText('Who is this?'));
    fireEvent.click(await screen.findByText('bob'));
    await screen.findByText('refused by the far end');
    expect(sent.map(({ route }) => route)).toEqual([
      'POST /people/bob/photos?face=door-3',
      'POST /people/bob/photos?event=7',
    ]);
    expect(given.value.size).toBe(0);
  });

  it('gives the other faces no name of somebody who is forgotten meanwhile', async () => {
    const enrol = vi.fn(() => {
      dropPerson('bob');
      return added;
    });
    answerWith({ 'POST /people/bob/photos': enrol, 'GET /people': { people: [] } });
    const faces = ['door-3', 'door-4'].map((track) => ({ track, seq: 7 }));
    expect(await giveName(faces, 'bob')).toEqual({ left: faces, faults: [] });
    expect(enrol).toHaveBeenCalledOnce();
    expect([given.value.size, toasts.value.length]).toEqual([0, 0]);
  });

  it.each([' Carol C ', '\u2068Carol C\u2069'])(
    'makes somebody new of a name that is typed: %j',
    async (typed) => {
      const sent = answerWith({ 'POST /people/Carol%20C/photos': added, 'GET /people': { people: [] } });
      show();
      fireEvent.click(screen.getByText('Who is this?'));
      const field = await screen.findByLabelText('Name');
      fireEvent.input(field, { target: { value: typed } });
      fireEvent.click(await screen.findByText('New person: Carol C'));
      await waitFor(() => expect(sent[0]?.route).toBe('POST /people/Carol%20C/photos?face=door-3'));
    },
  );

  it('has the focus in its field, and takes with Enter nobody but who is named there in full', async () => {
    const sent = answerWith({ 'POST /people/alice/photos': added, 'GET /people': { people: people.value } });
    show();
    fireEvent.click(screen.getByText('Who is this?'));
    const field = await screen.findByLabelText('Name');
    expect(document.activeElement).toBe(field);
    const form = field.closest('form') as HTMLFormElement;
    fireEvent.submit(form);
    expect(sent).toEqual([]);
    fireEvent.input(field, { target: { value: 'alice adams' } });
    fireEvent.submit(form);
    await waitFor(() => expect(sent[0]?.route).toBe('POST /people/alice/photos?face=door-3'));
  });

  it('takes Enter for who is named so in the gallery before who is shown so', async () => {
    people.value = [personOnPage('zoe', 'BOB'), personOnPage('bob'), personOnPage('rene', 'Ren\u00e9')];
    const sent = answerWith({});
    show();
    fireEvent.click(screen.getByText('Who is this?'));
    const field = await screen.findByLabelText('Name');
    for (const name of ['Bob', 'RENE\u0301']) {
      fireEvent.input(field, { target: { value: name } });
      expect(screen.queryByText(`New person: ${name}`)).toBeNull();
      fireEvent.submit(field.closest('form') as HTMLFormElement);
      await waitFor(() => expect(screen.getByRole('list').getAttribute('aria-busy')).toBe('false'));
    }
    expect(sent.map(({ route }) => route).filter((route) => route.includes('face='))).toEqual([
      'POST /people/bob/photos?face=door-3',
      'POST /people/rene/photos?face=door-3',
    ]);
  });

  it('gives several faces one name at once', async () => {
    const sent = answerWith({ 'POST /people/bob/photos': added, 'GET /people': { people: people.value } });
    show();
    asking.value = [
      { track: 'door-3', seq: 7 },
      { track: 'yard-1', seq: 9 },
    ];
    await screen.findByLabelText('Who are these 2 faces?');
    fireEvent.click(await screen.findByText('bob'));
    await screen.findByText('2 photos added to bob');
    expect(sent.map(({ route }) => route).slice(0, 2)).toEqual([
      'POST /people/bob/photos?face=door-3',
      'POST /people/bob/photos?face=yard-1',
    ]);
  });

  it('keeps the name that was typed and the faces that have not got it, and says why once', async () => {
    answerWith({});
    const faces = [
      { track: 'door-3', seq: 7 },
      { track: 'yard-1', seq: 9 },
    ];
    chosen.value = new Map(faces.map((face) => [face.track, face]));
    show();
    asking.value = faces;
    const field = (await screen.findByLabelText('Name')) as HTMLInputElement;
    const submit = (name: string) => {
      fireEvent.input(field, { target: { value: name } });
      fireEvent.submit(field.closest('form') as HTMLFormElement);
    };
    submit('bad:name');
    expect((await screen.findByRole('alert')).textContent).toBe('refused by the far end');
    expect(field.value).toBe('bad:name');
    expect(asking.value).toEqual(faces);
    expect(chosen.value?.size).toBe(2);
    expect(toasts.value).toEqual([]);

    answerWith({ 'POST /people/bob/photos': added, 'GET /people': { people: people.value } });
    submit('bob');
    await screen.findByText('2 photos added to bob');
    await waitFor(() => expect(asking.value).toEqual([]));
    expect(chosen.value).toBeNull();
  });

  it('asks again for the faces alone that have not got the name', async () => {
    const [first, second] = [
      { track: 'door-3', seq: 7 },
      { track: 'yard-1', seq: 9 },
    ];
    chosen.value = new Map([first, second].map((face) => [face.track, face]));
    answerWith({
      'POST /people/bob/photos?face=door-3': added,
      'GET /people': { people: people.value },
    });
    show();
    asking.value = [first, second];
    fireEvent.click(await screen.findByText('bob'));
    await screen.findByLabelText('Who is this?');
    expect(asking.value).toEqual([second]);
    expect([...(chosen.value?.keys() ?? [])]).toEqual(['yard-1']);
    expect(screen.getByRole('alert').textContent).toBe('refused by the far end');
  });

  it('is not offered where no picture of the face is left', () => {
    facesInMemory.value = { tracks: new Set(), seq: 100 };
    show();
    expect(screen.queryByText('Who is this?')).toBeNull();
  });

  it('is not offered to somebody who may not change people', () => {
    signedIn(['events:read', 'people:read']);
    show();
    expect(screen.queryByText('Who is this?')).toBeNull();
  });
});

describe('"Not Alice"', () => {
  const match = eventOnPage(8, { person: 'alice', displayName: 'Alice Adams', track: 'door-4' });

  it('withdraws the name, and puts the photo back with "Undo"', async () => {
    const sent = answerWith({
      'POST /events/8/correction': { event: 9, setAside: ['alice/seen.jpg'] },
      'PATCH /people/alice/photos/seen.jpg': {},
      'GET /people': { people: people.value },
    });
    show(match);
    fireEvent.click(screen.getByText('Not Alice Adams'));
    await screen.findByText('Alice Adams withdrawn, 1 photo set aside');
    expect(sent[0]).toEqual({ route: 'POST /events/8/correction', body: '{"not":"alice"}' });
    fireEvent.click(screen.getByText('Undo'));
    await waitFor(() =>
      expect(sent).toContainEqual({
        route: 'PATCH /people/alice/photos/seen.jpg',
        body: '{"setAside":false}',
      }),
    );
  });
});
