import type { Health } from '../api/model.js';
import { bytesOf } from '../state/times.js';
import { texts } from '../texts.js';

const t = texts.health;

/** Models and what they run on, the gallery, storage, and where programs find the same. */
export function MachineFacts({ health }: { health: Health }) {
  const { engine, models, gallery, storage, liveViewers } = health;
  const { events, snapshots } = storage;
  const facts: [string, string][] = [
    [t.detector, models.detector],
    [t.embedder, models.embedder],
    [t.runsOn, placesOf(engine.placements)],
    ['onnxruntime', engine.onnxruntime ?? '–'],
    [t.utilization, engine.utilization === null ? '–' : `${Math.round(engine.utilization * 100)} %`],
    [t.memory, engine.residentBytes === null ? '–' : bytesOf(engine.residentBytes)],
    [t.restarts, String(engine.restarts)],
    [t.gallery, t.galleryOf(gallery.people, gallery.used, gallery.unusable)],
    [t.eventLog, bytesOf(events.bytes)],
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

/** What runs the networks, such as `cpu`, or `detector: cuda 0, embedder: cpu` where they differ. */
function placesOf(placements: Health['engine']['placements']): string {
  const placed = placements.map(({ network, provider, device }) => ({
    network,
    place: device === null ? provider : `${provider} ${device}`,
  }));
  if (placed.length === 0) return '–';
  if (placed.every(({ place }) => place === placed[0].place)) return placed[0].place;
  return placed.map(({ network, place }) => `${network}: ${place}`).join(', ');
}
