import { type Dispatch, type StateUpdater, useEffect, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { fetchEvent, listEvents } from '../api/calls.js';
import type { SpotterEvent } from '../api/model.js';
import { RequestFault } from '../api/transport.js';
import { Dialog } from '../parts/dialog.js';
import { FacePicture } from '../parts/facePicture.js';
import { NameActions } from '../parts/nameActions.js';
import { setReviewed } from '../state/eventArchive.js';
import { verdictOf } from '../state/feedState.js';
import { cameraName } from '../state/household.js';
import { causeOf, sentenceOf } from '../state/sentence.js';
import { momentOf } from '../state/times.js';
import { texts } from '../texts.js';
import { CheckTable } from './checkTable.js';
import { EventFacts } from './eventFacts.js';

const t = texts.detail;
/** Events shown before and after it. */
const AROUND = 4;

/** One event: picture, verdict with every number behind it, and what happened around it. */
export function EventDialog({ seq, onClose }: { seq: number; onClose: () => void }) {
  const [event, setEvent] = useState<SpotterEvent | null>(null);
  const [around, setAround] = useState<readonly SpotterEvent[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    let isOver = false;
    const load = async () => {
      const loaded = await fetchEvent(seq);
      if (isOver) return;
      setEvent(loaded);
      const events = await eventsAround(loaded);
      if (!isOver) setAround(events);
    };
    load().catch((error: unknown) => {
      const isGone = error instanceof RequestFault && error.status === 404;
      setFault(isGone ? t.gone : texts.fault(error));
    });
    return () => {
      isOver = true;
    };
  }, [seq]);
  return (
    <Dialog title={t.title(seq)} kind="sheet" onClose={onClose}>
      {fault !== null && <p role="alert">{fault}</p>}
      {event === null && fault === null && <p class="muted">{texts.loading}</p>}
      {event && <Content event={event} around={around} onChange={setEvent} />}
    </Dialog>
  );
}

interface ContentProps {
  event: SpotterEvent;
  around: readonly SpotterEvent[];
  onChange: Dispatch<StateUpdater<SpotterEvent | null>>;
}

function Content({ event, around, onChange }: ContentProps) {
  const { seq, snapshot, reviewed = false, kind } = event;
  // Another event may be open when the daemon answers.
  const show = (value: boolean) => onChange((now) => (now?.seq === seq ? { ...now, reviewed: value } : now));
  const review = async () => {
    show(!reviewed);
    if (!(await setReviewed(seq, !reviewed))) show(reviewed);
  };
  return (
    <>
      <div class="detail-top">
        <FacePicture event={event} name={event.displayName ?? event.person} />
        <div>
          <p class="detail-what">{sentenceOf(event)}</p>
          <p class="muted">
            <bdi>{cameraName(event.camera)}</bdi> · {momentOf(event.capturedAt)}
          </p>
          <p class="muted">{causeOf(event)}</p>
          <p class="row">
            <NameActions event={event} verdict={verdictOf(kind) ?? event.verdict ?? null} />
            <button type="button" class="quiet" aria-pressed={reviewed} onClick={review}>
              {reviewed ? texts.history.yes : texts.history.mark}
            </button>
          </p>
        </div>
      </div>
      {snapshot === null ? (
        <p class="muted">{t.noPicture}</p>
      ) : (
        <a href={snapshot} target="_blank" rel="noreferrer">
          <img class="snapshot" src={snapshot} alt={t.picture} />
        </a>
      )}
      <h3>{t.why}</h3>
      <CheckTable event={event} />
      <h3>{t.facts}</h3>
      <EventFacts event={event} />
      <h3>{t.around}</h3>
      <ol class="around">
        {around.map((one) => (
          <li key={one.seq}>
            <Link href={`/history/${one.seq}`} aria-current={one.seq === seq ? 'true' : undefined}>
              {sentenceOf(one)}
            </Link>
            <span class="muted">
              {one.track !== null && one.track === event.track && one.seq !== seq ? `${t.sameFace} · ` : ''}
              {momentOf(one.capturedAt)}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** Newest first, the event itself among them. */
async function eventsAround(event: SpotterEvent): Promise<SpotterEvent[]> {
  const { seq, camera } = event;
  const [later, earlier] = await Promise.all([
    listEvents({ after: seq, camera, limit: AROUND }),
    listEvents({ before: seq, camera, limit: AROUND }),
  ]);
  return [...later.events.toReversed(), event, ...earlier.events];
}
