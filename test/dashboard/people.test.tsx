import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { people } from '../../src/dashboard/state/household.js';
import { toasts } from '../../src/dashboard/state/toasts.js';
import { batches } from '../../src/dashboard/state/uploads.js';
import { PeopleView } from '../../src/dashboard/views/peopleView.js';
import { PersonSettingsForm } from '../../src/dashboard/views/personSettingsForm.js';
import { PersonView } from '../../src/dashboard/views/personView.js';
import { answerWith, signedIn } from './daemonStub.js';
import { personOnPage, personWithSettings } from './samples.js';

beforeEach(() => {
  signedIn();
});

afterEach(() => {
  cleanup();
  toasts.value = [];
  people.value = null;
  batches.value = [];
  history.replaceState(null, '', '/');
});

describe('PersonSettingsForm', () => {
  const save = () => fireEvent.submit(screen.getByText('Save').closest('form') as HTMLFormElement);

  it('sends what was changed alone: another page may have changed the rest', async () => {
    const sent = answerWith({ 'PATCH /people/sam': {} });
    const person = personWithSettings('sam', { displayName: 'Samuel', note: 'old' });
    render(<PersonSettingsForm person={person} onChange={async () => {}} />);
    fireEvent.input(screen.getByLabelText('Note'), { target: { value: '' } });
    save();
    await waitFor(() => expect(sent).toEqual([{ route: 'PATCH /people/sam', body: '{"note":null}' }]));
  });

  it('sends nothing where nothing was changed', async () => {
    const sent = answerWith({});
    render(<PersonSettingsForm person={personWithSettings('sam')} onChange={async () => {}} />);
    save();
    await waitFor(() => expect(toasts.value.map(({ text }) => text)).toEqual(['Saved']));
    expect(sent).toEqual([]);
  });

  it('says that person.yaml has a fault', () => {
    const person = { ...personWithSettings('sam'), settingsFault: 'sam/person.yaml:1:14: is not YAML' };
    render(<PersonSettingsForm person={person} onChange={async () => {}} />);
    expect(screen.getByText(/last valid settings apply.*sam\/person\.yaml:1:14/)).toBeTruthy();
  });
});

const added = { file: 'a.jpg', state: 'used', message: null, warnings: [] };
const photo = (name: string, content = 'picture', type = 'image/jpeg') => new File([content], name, { type });
const drop = (target: HTMLElement, files: File[]) => fireEvent.drop(target, { dataTransfer: { files } });
/** An answer that comes when the test sends it. */
function later() {
  let resolve: (answer: unknown) => void = () => {};
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
const lines = () => [...document.querySelectorAll('.uploads li')].map((line) => line.textContent?.trim());

describe('Photos of somebody new', () => {
  const dialogFor = async (files: File[]) => {
    render(<PeopleView />);
    drop(screen.getByText(/Drop photos of somebody new/).closest('.drop') as HTMLElement, files);
    const field = (await screen.findByLabelText('Name')) as HTMLInputElement;
    return {
      field,
      submit: (name: string) => {
        fireEvent.input(field, { target: { value: name } });
        fireEvent.submit(field.closest('form') as HTMLFormElement);
      },
    };
  };

  it('stay in the dialog with the name until one is added, with each reason once', async () => {
    people.value = [];
    answerWith({});
    const { field, submit } = await dialogFor([photo('a.jpg'), photo('b.jpg')]);
    submit('Alex / Lac');
    expect((await screen.findByRole('alert')).textContent).toBe('refused by the far end');
    expect(field.value).toBe('Alex / Lac');
    expect(lines()).toEqual([]);

    const sent = answerWith({
      'POST /people/Alex/photos': added,
      'GET /people': { people: [personOnPage('Alex')] },
    });
    submit('  ');
    expect(sent).toEqual([]);
    submit('Alex');
    await waitFor(() => expect(location.pathname).toBe('/people/Alex'));
    expect(sent.filter(({ route }) => route === 'POST /people/Alex/photos')).toHaveLength(2);
  });

  it('go to who is shown by that name already', async () => {
    people.value = [personOnPage('alice', 'Alice Adams')];
    const sent = answerWith({
      'POST /people/alice/photos': added,
      'GET /people': { people: people.value },
      'GET /gallery/findings': { findings: [] },
    });
    const { submit } = await dialogFor([photo('a.jpg')]);
    submit('alice adams');
    await waitFor(() => expect(location.pathname).toBe('/people/alice'));
    expect(sent.map(({ route }) => route)).toContain('POST /people/alice/photos');
  });

  it('take nobody along who has closed the dialog meanwhile', async () => {
    people.value = [];
    const { promise, resolve } = later();
    answerWith({ 'POST /people/Alex/photos': promise, 'GET /people': { people: [personOnPage('Alex')] } });
    const { submit } = await dialogFor([photo('a.jpg')]);
    submit('Alex');
    fireEvent.click(screen.getByLabelText('Close'));
    resolve(added);
    await waitFor(() => expect(lines()).toEqual(['Alex a.jpg: added']));
    await screen.findByText('Alex', { selector: 'a' });
    expect(location.pathname).toBe('/');
  });
});

describe('PeopleView with many people', () => {
  it('finds somebody by a part of the name', async () => {
    const many = Array.from({ length: 40 }, (_, index) => personOnPage(`person-${index}`));
    people.value = [...many, personOnPage('zoe', 'Zoë Adams')];
    answerWith({ 'GET /people': { people: people.value }, 'GET /gallery/findings': { findings: [] } });
    render(<PeopleView />);
    const names = () => screen.queryAllByRole('heading').map(({ textContent }) => textContent);
    expect(names()).toHaveLength(41);
    const search = (value: string) => fireEvent.input(screen.getByRole('searchbox'), { target: { value } });
    search('ADAMS');
    await waitFor(() => expect(names()).toEqual(['Zoë Adams']));
    search('nina');
    await screen.findByText('Nobody in the gallery is called nina.');
    search('');
    await waitFor(() => expect(names()).toHaveLength(41));
  });

  it('has no search for a few', () => {
    people.value = [personOnPage('bob')];
    answerWith({});
    render(<PeopleView />);
    expect(screen.queryByRole('searchbox')).toBeNull();
  });
});

describe('What has become of photos', () => {
  it('is shown on the page of their person, and on that of all with the name', async () => {
    people.value = [personOnPage('alice', 'Alice Adams'), personOnPage('bob')];
    const { promise, resolve } = later();
    answerWith({
      'GET /people': { people: people.value },
      'GET /people/alice': personWithSettings('alice'),
      'GET /people/bob': personWithSettings('bob'),
      'GET /gallery/findings': { findings: [] },
      'POST /people/alice/photos': promise,
      'POST /people/bob/photos': added,
    });
    const { rerender } = render(<PersonView name="alice" />);
    drop((await screen.findByText(/Drop photos here/)).closest('.drop') as HTMLElement, [photo('a.jpg')]);
    await waitFor(() => expect(lines()).toEqual(['Adding a.jpg…']));

    rerender(<PersonView name="bob" />);
    await screen.findByText('bob');
    drop((await screen.findByText(/Drop photos here/)).closest('.drop') as HTMLElement, [photo('b.jpg')]);
    await waitFor(() => expect(lines()).toEqual(['b.jpg: added']));

    resolve(added);
    rerender(<PeopleView />);
    await waitFor(() => expect(lines()).toEqual(['Alice Adams a.jpg: added', 'bob b.jpg: added']));
    drop(screen.getByText('bob', { selector: 'a' }).closest('li') as HTMLElement, [photo('c.jpg')]);
    await waitFor(() => expect(lines()).toEqual(['Alice Adams a.jpg: added', 'bob c.jpg: added']));
  });

  it('can be closed once it is complete', async () => {
    people.value = [personOnPage('bob')];
    const { promise, resolve } = later();
    answerWith({
      'GET /people': { people: people.value },
      'GET /gallery/findings': { findings: [] },
      'POST /people/bob/photos': promise,
    });
    render(<PeopleView />);
    drop(screen.getByText('bob').closest('li') as HTMLElement, [photo('a.jpg')]);
    await waitFor(() => expect(lines()).toEqual(['bob Adding a.jpg…']));
    expect(screen.queryByLabelText('Close these results')).toBeNull();
    resolve(added);
    fireEvent.click(await screen.findByLabelText('Close these results'));
    await waitFor(() => expect(lines()).toEqual([]));
  });

  it('is said in words for people, and what cannot be a photo is not sent', async () => {
    people.value = [personOnPage('bob')];
    const sent = answerWith({
      'GET /people': { people: people.value },
      'GET /gallery/findings': { findings: [] },
      'POST /people/bob/photos': 413,
    });
    render(<PeopleView />);
    const card = screen.getByText('bob').closest('li') as HTMLElement;
    drop(card, [
      photo('empty.jpg', ''),
      photo('cv.pdf', 'text', 'application/pdf'),
      photo('huge.tiff', 'x', ''),
    ]);
    await waitFor(() =>
      expect(lines()).toEqual([
        expect.stringMatching(/^bob empty.jpg: the file is empty;/),
        expect.stringMatching(/^bob cv.pdf: this is not a picture;/),
        expect.stringMatching(/^bob huge.tiff: the photo is too large: spotter takes up to 16 MB/),
      ]),
    );
    expect(sent.filter(({ route }) => route.startsWith('POST'))).toEqual([
      { route: 'POST /people/bob/photos', body: 'x' },
    ]);
  });
});
