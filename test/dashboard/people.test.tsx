import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toasts } from '../../src/dashboard/state/toasts.js';
import { PersonSettingsForm } from '../../src/dashboard/views/personSettingsForm.js';
import { answerWith, signedIn } from './daemonStub.js';
import { personWithSettings } from './samples.js';

beforeEach(() => {
  signedIn();
});

afterEach(() => {
  cleanup();
  toasts.value = [];
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
