import { Link } from 'wouter-preact';
import type { SpotterEvent } from '../api/model.js';
import { FacePicture } from '../parts/facePicture.js';
import { Icon } from '../parts/icon.js';
import { setReviewed } from '../state/eventArchive.js';
import { verdictOf } from '../state/feedState.js';
import { cameraName } from '../state/household.js';
import { causeOf, sentenceOf } from '../state/sentence.js';
import { momentOf } from '../state/times.js';
import { texts } from '../texts.js';

/** One event of the history. */
export function EventRow({ event }: { event: SpotterEvent }) {
  const { seq, kind, camera, capturedAt, reviewed = false } = event;
  const mark = reviewed ? texts.history.unmark : texts.history.mark;
  return (
    <div class={`event-row is-${verdictOf(kind) ?? kind}`} data-seq={seq}>
      <FacePicture event={event} name={event.displayName ?? event.person} isPassing />
      <Link href={`/history/${seq}`} class="event-what">
        <span>{sentenceOf(event)}</span>
        <small class="muted">
          <time class="narrow-only" dateTime={capturedAt}>
            {momentOf(capturedAt)}
          </time>
          <span>{kind === 'left' ? '' : causeOf(event)}</span>
        </small>
      </Link>
      <span class="event-where muted">{cameraName(camera)}</span>
      <time class="muted wide-only" dateTime={capturedAt}>
        {momentOf(capturedAt)}
      </time>
      <button
        type="button"
        class="quiet square mark"
        aria-pressed={reviewed}
        aria-label={mark}
        title={mark}
        onClick={() => void setReviewed(seq, !reviewed)}
      >
        <Icon name="check" />
      </button>
    </div>
  );
}
