import type { Health } from '../api/model.js';
import { bytesOf } from '../state/times.js';
import { texts } from '../texts.js';

const t = texts.health;

/** Models and what they run on, the gallery, storage, and where programs find the same. */
export function MachineFacts({ health }: { health: Health }) {
  const { engine, models, gallery, storage, liveViewers } = health;
  const { events, snapshots } = storage;
  const facts: [string, string][] = [
    [t.detector, wordsOf(models.detector)],
    [t.embedder, wordsOf(models.embedder)],
    [t.runsOn, wordsOf(engine.placements)],
    ['onnxruntime', engine.onnxruntime ?? '–'],
    [t.utilization, engine.utilization === null ? '–' : `${Math.round(engine.utilization * 100)} %`],
    [t.memory, engine.residentBytes === null ? '–' : bytesOf(engine.residentBytes)],
    [t.restarts, String(engine.restarts)],
    [t.gallery, t.galleryOf(gallery.people, gallery.used, gallery.unusable)],
    [t.eventLog, t.eventsKept(Math.max(0, events.lastSeq - events.firstSeq + 1), bytesOf(events.bytes))],
    [t.snapshots, snapshots.bytes === null ? t.off : bytesOf(snapshots.bytes)],
    [t.viewers, String(liveViewers)],
  ];
  return (
    <section class="panel" aria-label={t.engine}>
      <h2>{t.engine}</h2>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="row">
        {t.links}: <a href="/api/v1/docs">{t.api}</a> <a href="/metrics">{t.metrics}</a>
      </p>
    </section>
  );
}

/** The values of what the daemon reports, one after another. */
function wordsOf(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.map(wordsOf).join('; ') || '–';
  if (typeof value !== 'object') return String(value);
  return (
    Object.values(value)
      .map(wordsOf)
      .filter((text) => text !== '–')
      .join(', ') || '–'
  );
}
