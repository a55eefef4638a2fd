import { cleanup, render, screen } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Health } from '../../src/dashboard/api/model.js';
import { HealthView } from '../../src/dashboard/views/healthView.js';
import { answerWith, signedIn } from './daemonStub.js';

const camera = (id: string, state: Health['cameras'][number]['state']) => ({
  ...{ id, state, message: null, node: null },
  ...{ fps: 10, frameAgeMs: 40, processed: 10, dropped: 0, restarts: 0 },
});
const health: Health = {
  ...{ ready: true, reason: null, server: 'spotter/0.1.0', startedAt: '2026-11-27T10:00:00Z' },
  cameras: [],
  engine: { restarts: 0, utilization: 0.4, residentBytes: 1e6, onnxruntime: '1.2.3', placements: [] },
  models: { detector: 'scrfd', embedder: 'sface' },
  gallery: { people: 1, used: 2, unusable: 0 },
  ...{ sinks: [], deadLetters: 0, liveViewers: 0 },
  storage: { events: { bytes: 1_500_000, firstSeq: 1, lastSeq: 900 }, snapshots: { bytes: null } },
};
const show = (change: Partial<Health> = {}) => {
  answerWith({
    'GET /health': { ...health, ...change },
    'GET /health/history': { everySeconds: 10, at: [], cameras: {}, stagesMs: {}, restarts: [] },
    'GET /cluster': { cluster: null },
    'GET /dead-letters': { deadLetters: [] },
  });
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
