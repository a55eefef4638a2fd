import type {
  Camera,
  Health,
  Person,
  PersonSettings,
  PersonSummary,
  SpotterEvent,
} from '../../src/dashboard/api/model.js';

/** An event as the page receives it: a match of alice at the door. */
export const eventOnPage = (seq: number, change: Partial<SpotterEvent> = {}): SpotterEvent => ({
  seq,
  kind: 'match',
  camera: 'door',
  track: 'door-1',
  person: null,
  displayName: null,
  withdrawn: null,
  candidates: null,
  reason: null,
  odds: null,
  similarity: null,
  threshold: null,
  margin: null,
  runnerUp: null,
  explain: null,
  quality: null,
  zones: [],
  capturedAt: new Date(Date.UTC(2026, 10, 27, 10, 0, seq)).toISOString(),
  publishedAt: new Date(Date.UTC(2026, 10, 27, 10, 0, seq, 300)).toISOString(),
  snapshot: null,
  ...change,
});

export const personOnPage = (name: string, displayName: string | null = null): PersonSummary => ({
  name,
  displayName,
  photos: 1,
  unusable: 0,
  setAside: 0,
  notify: true,
  threshold: null,
  note: null,
  validUntil: null,
  presentAt: [],
  lastSeenAt: null,
  cover: null,
});

export const personWithSettings = (name: string, change: Partial<PersonSettings> = {}): Person => ({
  ...personOnPage(name),
  settings: { displayName: null, threshold: null, notify: true, note: null, validUntil: null, ...change },
  settingsFault: null,
  photos: [],
  used: 0,
});

export const cameraOnPage: Camera = {
  id: 'door',
  name: 'Door',
  state: 'live',
  message: null,
  node: null,
  lastFrameAt: null,
  width: null,
  height: null,
};

const health: Health = {
  ...{ ready: true, reason: null, server: 'spotter/0.1.0', startedAt: '2026-11-27T10:00:00Z' },
  cameras: [],
  engine: { restarts: 0, utilization: 0.4, residentBytes: 1e6, onnxruntime: '1.2.3', placements: [] },
  models: { detector: 'scrfd', embedder: 'sface' },
  gallery: { people: 1, used: 2, unusable: 0 },
  ...{ sinks: [], deadLetters: 0, liveViewers: 0 },
  storage: { events: { bytes: 1_500_000, firstSeq: 1, lastSeq: 900 }, snapshots: { bytes: null } },
};

/** What the daemon answers to those who ask how it is. */
export const healthAnswers = (change: Partial<Health> = {}) => ({
  'GET /health': { ...health, ...change },
  'GET /health/history': { everySeconds: 10, at: [], cameras: {}, stagesMs: {}, restarts: [] },
  'GET /cluster': { cluster: null },
  'GET /dead-letters': { deadLetters: [] },
});
