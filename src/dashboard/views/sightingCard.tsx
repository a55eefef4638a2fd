import { Link } from 'wouter-preact';
import { FacePicture } from '../parts/facePicture.js';
import { NameActions } from '../parts/nameActions.js';
import { now } from '../state/clockTick.js';
import { feed } from '../state/feedConnection.js';
import { cameraName, nameOf } from '../state/household.js';
import { chosen, given, toggleChosen } from '../state/naming.js';
import { may } from '../state/ownSession.js';
import type { Sighting } from '../state/sightings.js';
import { lengthOf, momentOf } from '../state/times.js';
import { texts } from '../texts.js';

/** One face: who it is, where and when, and what to do about it. */
export function SightingCard({ sighting }: { sighting: Sighting }) {
  const { track, verdict, event, camera, startedAt, endedAt, lengthMs } = sighting;
  const { person } = event;
  const name = person === null ? null : (event.displayName ?? nameOf(person));
  const shown = name ?? titleOf(sighting);
  // A face that left while nobody watched has no end.
  const isHere = endedAt === null && feed.value.tracks.has(track);
  const length = lengthOf(lengthMs ?? wholeSeconds(now.value - Date.parse(startedAt)));
  const isChoosable =
    may('people:write') && chosen.value !== null && (verdict === 'unknown' || verdict === 'ambiguous');
  const gotName = given.value.get(track);
  return (
    <li class={`sighting is-${verdict ?? 'open'}`} data-track={track} data-seq={event.seq}>
      {isChoosable && (
        <input
          type="checkbox"
          class="choose"
          aria-label={`${shown}, ${momentOf(startedAt)}`}
          checked={chosen.value?.has(track)}
          onChange={() => toggleChosen({ track, seq: event.seq })}
        />
      )}
      <FacePicture event={event} name={name} hasLook={verdict !== null} />
      <div class="sighting-text">
        <h3>
          <Link class="plain" href={`/history/${event.seq}`}>
            {shown}
          </Link>
          <span class="unseen">{texts.verdicts[verdict ?? 'open']}</span>
        </h3>
        <p class="muted">
          <bdi>{cameraName(camera)}</bdi> ·{' '}
          {isHere ? (
            <b class="in-view">{texts.live.here(length)}</b>
          ) : (
            <>
              <time dateTime={startedAt}>{momentOf(startedAt)}</time>
              {endedAt !== null && (
                <>
                  {' · '}
                  <span class="nowrap">{length}</span>
                </>
              )}
            </>
          )}
        </p>
        {gotName !== undefined && person !== gotName && (
          <p class="given">{texts.naming.given(nameOf(gotName))}</p>
        )}
      </div>
      <NameActions event={event} verdict={verdict} />
    </li>
  );
}

function titleOf({ verdict, event: { candidates } }: Sighting): string {
  if (verdict === 'ambiguous' && candidates?.length)
    return texts.history.sentence.ambiguous(candidates.map(nameOf));
  if (verdict === 'unknown') return texts.history.sentence.unknown;
  return verdict === 'unusable' ? texts.verdicts.unusable : texts.verdicts.open;
}

/** A length that grows once a second has no tenths. */
const wholeSeconds = (ms: number) => Math.floor(ms / 1000) * 1000;
