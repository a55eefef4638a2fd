import { cleanup, render, waitFor } from '@testing-library/preact';
import { afterEach, expect, it } from 'vitest';
import { Router } from 'wouter-preact';
import { memoryLocation } from 'wouter-preact/memory-location';
import { Views } from '../../src/dashboard/app.js';
import { feed } from '../../src/dashboard/state/feedConnection.js';
import { EMPTY_FEED } from '../../src/dashboard/state/feedState.js';
import { cameras, people } from '../../src/dashboard/state/household.js';
import { dateValue, dayBounds } from '../../src/dashboard/state/times.js';
import { showToast } from '../../src/dashboard/state/toasts.js';
import { batches } from '../../src/dashboard/state/uploads.js';
import { texts } from '../../src/dashboard/texts.js';
import { answerWith, signedIn } from './daemonStub.js';
import { cameraOnPage, eventOnPage, personOnPage, personWithSettings } from './samples.js';

const PERSON = 'דוד 2';
const CAMERA = 'الباب 1';

afterEach(cleanup);

/** Texts, also those that are read aloud, in which a name is beside something else without being set apart from it. */
function mixed(): string[] {
  const found: string[] = [];
  const look = (text: string, whole: string) => {
    const rest = [PERSON, CAMERA].reduce((left, name) => left.replaceAll(`\u2068${name}\u2069`, ''), text);
    for (const name of [PERSON, CAMERA]) if (rest.includes(name) && whole.trim() !== name) found.push(whole);
  };
  for (const element of document.querySelectorAll('body *')) {
    for (const name of ['aria-label', 'title', 'placeholder']) {
      const text = element.getAttribute(name) ?? '';
      look(text, text);
    }
    for (const node of element.childNodes)
      if (node.nodeType === Node.TEXT_NODE) look(node.textContent ?? '', element.textContent ?? '');
  }
  return found;
}

it.each(['/', '/history', '/history/3', '/people', '/people/x'])(
  'names that are written from right to left do not mix with what is beside them: %s',
  async (view) => {
    signedIn();
    const match = eventOnPage(3, { person: PERSON });
    const ended = eventOnPage(5, { kind: 'left', track: 'door-2', person: PERSON, verdict: 'known' });
    const visited = eventOnPage(6, { kind: 'visit_started', track: null, person: PERSON });
    const two = eventOnPage(4, {
      kind: 'ambiguous',
      track: 'door-3',
      candidates: [PERSON, 'bob'],
      withdrawn: PERSON,
    });
    const startedAt = new Date(dayBounds(dateValue(Date.now())).from).toISOString();
    const seen = { person: PERSON, displayName: null, camera: 'door', firstSeq: 1, lastSeq: 1 };
    const track = { id: 'door-1', camera: 'door', verdict: 'known' as const, person: PERSON };
    const bob = { ...track, id: 'door-2', person: 'bob' };
    const events = [visited, ended, two, match];
    feed.value = { ...EMPTY_FEED, events, tracks: new Map([track, bob].map((one) => [one.id, one])) };
    cameras.value = [{ ...cameraOnPage, name: CAMERA }];
    people.value = [personOnPage(PERSON), personOnPage('bob')];
    batches.value = [
      { person: PERSON, lines: [{ file: 'a', text: 'a: added', isFault: false }], isDone: true },
    ];
    showToast(texts.people.forgotten(PERSON));
    answerWith({
      'GET /visits': { visits: [{ ...seen, startedAt, endedAt: null }], next: null },
      'GET /events': { events, next: null, epoch: 'e', firstSeq: 1, lastSeq: 6 },
      'GET /events/3': match,
      'GET /people': { people: people.value },
      'GET /people/x': personWithSettings('x', { displayName: PERSON }),
      'GET /gallery/findings': { findings: [] },
    });
    const { hook } = memoryLocation({ path: view });
    render(
      <Router hook={hook}>
        <Views />
      </Router>,
    );
    await waitFor(() => expect(document.body.textContent).toContain(PERSON));
    await waitFor(() => expect(document.body.textContent).not.toContain(texts.loading));
    expect(mixed()).toEqual([]);
  },
);
