import { useCallback, useState } from 'preact/hooks';
import type { Camera } from '../api/model.js';
import { Icon } from '../parts/icon.js';
import { LiveCanvas } from '../parts/liveCanvas.js';
import { now } from '../state/clockTick.js';
import { feed } from '../state/feedConnection.js';
import { nameOf } from '../state/household.js';
import type { LiveFrame } from '../state/liveFrame.js';
import { ageOf } from '../state/times.js';
import { texts } from '../texts.js';

interface CameraTileProps {
  camera: Camera;
  /** Pictures move: somebody is in view, or it was asked for. */
  isActive: boolean;
  isMoving: boolean;
  onToggle: () => void;
  onEnlarge: () => void;
}

/** One camera: its picture, who is in it, its state and how old the picture is. */
export function CameraTile({ camera, isActive, isMoving, onToggle, onEnlarge }: CameraTileProps) {
  const { id, name } = camera;
  const [frameAt, setFrameAt] = useState<number | null>(null);
  const onFrame = useCallback(({ at }: LiveFrame) => setFrameAt(+new Date(at)), []);
  const { state, message, node } = feed.value.cameras.get(id) ?? camera;
  const names = namesIn(id);
  const inView = names.length > 0 ? texts.live.facesInView(names) : texts.live.nobodyInView;
  return (
    <article class={`tile is-${state}`} aria-label={name}>
      <div class="screen">
        <LiveCanvas
          camera={id}
          label={`${texts.live.picture(name)}. ${inView}`}
          isActive={isActive}
          onFrame={onFrame}
        />
        {frameAt === null && <p class="no-picture">{message ?? texts.live.noPicture}</p>}
        <button type="button" class="enlarge" aria-label={texts.live.enlarge(name)} onClick={onEnlarge} />
      </div>
      <footer class="tile-foot">
        <h2>
          <span class={`dot is-${state}`} aria-hidden="true" />
          <span class="tile-name" dir="auto">
            {name}
          </span>
        </h2>
        <span class="tile-state">
          {state === 'live' ? inView : (texts.states[state] ?? state)}
          {node !== null && ` · ${node}`}
        </span>
        <span class="age" title={texts.health.age}>
          {frameAt === null ? '' : ageOf(now.value - frameAt)}
        </span>
        <button
          type="button"
          class="quiet square"
          aria-pressed={isMoving}
          aria-label={texts.live.moving}
          title={`${texts.live.moving}. ${texts.live.movingHint}`}
          onClick={onToggle}
        >
          <Icon name={isMoving ? 'pause' : 'play'} />
        </button>
      </footer>
      {message !== null && state !== 'live' && frameAt !== null && <p class="tile-message">{message}</p>}
    </article>
  );
}

/** Names of the faces in view, and what is said of those without a name. */
function namesIn(camera: string): string[] {
  return [...feed.value.tracks.values()]
    .filter((track) => track.camera === camera)
    .map(({ person, verdict }) => (person === null ? texts.verdicts[verdict ?? 'open'] : nameOf(person)));
}
