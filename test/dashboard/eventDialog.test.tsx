import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Router } from 'wouter-preact';
import { memoryLocation } from 'wouter-preact/memory-location';
import { Views } from '../../src/dashboard/app.js';
import { toasts } from '../../src/dashboard/state/toasts.js';
import { EventDialog } from '../../src/dashboard/views/eventDialog.js';
import { answerWith, signedIn } from './daemonStub.js';
import { eventOnPage } from './samples.js';

const none = { events: [], next: null, epoch: 'e1', firstSeq: 1, lastSeq: 7 };
const open = (answers: Record<string, unknown> = {}) => {
  const event = eventOnPage(7, { kind: 'appeared' });
  const sent = answerWith({ 'GET /events/7': event, 'GET /events': none, ...answers });
  render(<EventDialog seq={7} onClose={() => {}} />);
  return sent;
};

beforeEach(() => {
  signedIn();
});

afterEach(() => {
  cleanup();
  toasts.value = [];
});

describe('EventDialog', () => {
  it('does not say that snapshots are off where an event alone has no picture', async () => {
    open();
    expect(await screen.findByText(/No picture of this event is kept/)).toBeTruthy();
    expect(screen.queryByText(/Turn on/)).toBeNull();
  });

  it('is not opened again by "Back" once it is closed', async () => {
    answerWith({
      'GET /events/7': eventOnPage(7),
      'GET /events': none,
      'GET /visits': { visits: [], next: null },
    });
    const { hook, history } = memoryLocation({ path: '/history/7', record: true });
    render(
      <Router hook={hook}>
        <Views />
      </Router>,
    );
    fireEvent.click(await screen.findByLabelText('Close'));
    await waitFor(() => expect(screen.queryByText('Event 7')).toBeNull());
    expect(history).toEqual(['/history']);
  });

  it('marks an event as reviewed', async () => {
    const sent = open({ 'PUT /events/7/reviewed': {} });
    fireEvent.click(await screen.findByText('Mark as reviewed'));
    expect(await screen.findByText('Reviewed')).toBeTruthy();
    expect(sent.at(-1)?.route).toBe('PUT /events/7/reviewed');
  });

  it('is not marked where the mark could not be stored', async () => {
    open({ 'PUT /events/7/reviewed': 503 });
    const button = await screen.findByText('Mark as reviewed');
    fireEvent.click(button);
    expect(await screen.findByText('Reviewed')).toBeTruthy();
    expect(await screen.findByText('Mark as reviewed')).toBe(button);
    expect(button.getAttribute('aria-pressed')).toBe('false');
    expect(toasts.value.map(({ text }) => text)).toEqual(['refused by the far end']);
  });
});
