import { Link } from 'wouter-preact';
import type { SpotterEvent } from '../api/model.js';
import { Icon } from '../parts/icon.js';
import { cameraName } from '../state/household.js';
import { sentenceOf } from '../state/sentence.js';
import { momentOf } from '../state/times.js';

/** A visit, or a time without watching. */
export function FeedNoteRow({ event }: { event: SpotterEvent }) {
  const isGap = event.kind === 'gap';
  return (
    <li class={`note-row ${isGap ? 'is-gap' : ''}`}>
      <Icon name={isGap ? 'gap' : 'visit'} />
      <Link class="plain" href={`/history/${event.seq}`}>
        {sentenceOf(event)}
      </Link>
      <span class="muted">
        <bdi>{cameraName(event.camera)}</bdi> ·{' '}
        <time dateTime={event.capturedAt}>{momentOf(event.capturedAt)}</time>
      </span>
    </li>
  );
}
