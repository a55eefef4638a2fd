import { cleanup, render, screen } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Health } from '../../src/dashboard/api/model.js';
import { HealthView } from '../../src/dashboard/views/healthView.js';
import { answerWith, signedIn } from './daemonStub.js';
import { healthAnswers } from './samples.js';

const camera = (id: string, state: Health['cameras'][number]['state']) => ({
  ...{ id, state, message: null, node: null },
  ...{ fps: 10, frameAgeMs: 40, processed: 10, dropped: 0, restarts: 0 },
});
const show = (change: Partial<Health> = {}) => {
  answerWith(healthAnswers(change));
  render(<HealthView />);
};

beforeEach(() => {
  signedIn();
});

afterEach(cleanup);

describe('HealthView', () => {
  it.each([
    ['Everything works', [camera('door', 'live'), camera('clip', 'stopped')]],
    ['1 camera not live', [camera('door', 'live'), camera('yard', 'unreachable')]],
    ['2 cameras not live', [camera('door', 'stalled'), camera('yard', 'unreachable')]],
  ])('says at the top: %s', async (headline, cameras) => {
    show({ cameras });
    expect(await screen.findByRole('heading', { name: headline })).toBeTruthy();
  });

  it('says how large the event log is, and no number of events, which its numbers do not tell', async () => {
    show();
    const fact = (await screen.findByText('Event log')).parentElement;
    expect(fact?.textContent).toBe('Event log1.5 MB');
  });
});
