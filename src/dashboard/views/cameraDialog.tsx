import { useCallback, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.js';
import { LiveCanvas } from '../parts/liveCanvas.js';
import { now } from '../state/clockTick.js';
import type { LiveFrame } from '../state/liveFrame.js';
import { ageOf, clockOf } from '../state/times.js';
import { texts } from '../texts.js';

/** A camera in full size. */
export function CameraDialog({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const [at, setAt] = useState<number | null>(null);
  const onFrame = useCallback((frame: LiveFrame) => setAt(+new Date(frame.at)), []);
  return (
    <Dialog title={name} kind="wide" onClose={onClose}>
      <div class="screen">
        <LiveCanvas camera={id} label={texts.live.picture(name)} isActive onFrame={onFrame} />
      </div>
      <p class="muted">{at === null ? texts.loading : `${clockOf(at)} · ${ageOf(now.value - at)}`}</p>
    </Dialog>
  );
}
