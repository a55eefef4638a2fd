import { useEffect, useState } from 'preact/hooks';
import { EmptyState } from '../parts/emptyState.js';
import { now } from '../state/clockTick.js';
import { feed } from '../state/feedConnection.js';
import { cameraName, cameras } from '../state/household.js';
import { may } from '../state/ownSession.js';
import { texts } from '../texts.js';
import { CameraDialog } from './cameraDialog.js';
import { CameraTile } from './cameraTile.js';
import { SightingFeed } from './sightingFeed.js';

/** Faces that have left keep a camera's pictures moving for so long, ms. */
const LINGER_MS = 10_000;

/** Every camera as it is now, and who was there. */
export function CamerasView() {
  const [enlarged, setEnlarged] = useState<string | null>(null);
  const [moving, setMoving] = useState<ReadonlySet<string>>(new Set());
  const lastFaces = useLastFaces();
  if (cameras.value?.length === 0) return <NoCameras />;
  const toggle = (id: string) => {
    const changed = new Set(moving);
    if (!changed.delete(id)) changed.add(id);
    setMoving(changed);
  };
  const isActive = (id: string) => moving.has(id) || now.value - (lastFaces.get(id) ?? 0) < LINGER_MS;
  return (
    <div class="live">
      <section class="tiles" aria-label={texts.live.cameras} data-count={cameras.value?.length}>
        {cameras.value === null && (
          <p class="muted">{may('cameras:read') ? texts.loading : texts.forbidden}</p>
        )}
        {cameras.value?.map((camera) => (
          <CameraTile
            key={camera.id}
            camera={camera}
            isActive={isActive(camera.id)}
            isMoving={moving.has(camera.id)}
            onToggle={() => toggle(camera.id)}
            onEnlarge={() => setEnlarged(camera.id)}
          />
        ))}
      </section>
      <SightingFeed />
      {enlarged !== null && (
        <CameraDialog id={enlarged} name={cameraName(enlarged)} onClose={() => setEnlarged(null)} />
      )}
    </div>
  );
}

/** When each camera last had a face in view. */
function useLastFaces(): Map<string, number> {
  const [times] = useState(() => new Map<string, number>());
  const { tracks } = feed.value;
  // Read so that somebody who stays in view keeps the time new.
  const time = now.value;
  for (const { camera } of tracks.values()) times.set(camera, time);
  useEffect(() => () => times.clear(), [times]);
  return times;
}

function NoCameras() {
  const { title, text, lines, more } = texts.live.noCameras;
  return (
    <EmptyState title={title}>
      <p>{text}</p>
      <pre>{lines}</pre>
      <p class="muted">{more}</p>
    </EmptyState>
  );
}
