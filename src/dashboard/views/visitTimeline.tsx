import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { listVisits } from '../api/calls.js';
import type { Visit } from '../api/model.js';
import { Icon } from '../parts/icon.js';
import { useAnswer } from '../state/answer.js';
import { now } from '../state/clockTick.js';
import { filter } from '../state/eventArchive.js';
import { feed } from '../state/feedConnection.js';
import { askedNow } from '../state/forgotten.js';
import { cameraName, cameras, nameOf } from '../state/household.js';
import { rememberPeople } from '../state/pastPeople.js';
import { clockOf, DAY_MS, dateValue, dayBounds, dayOf } from '../state/times.js';
import { lanesOf } from '../state/visitLanes.js';
import { texts } from '../texts.js';

const t = texts.history;
/** Least time between two requests for the same day. */
const REFRESH_MS = 1000;
const HOURS = [0, 6, 12, 18];

/** Who was where on a day, a lane per person or camera. */
export function VisitTimeline() {
  const [, navigate] = useLocation();
  const [by, setBy] = useState<'person' | 'camera'>('person');
  const day = filter.value.day || dateValue(now.value);
  const { from, to } = dayBounds(day);
  const { visits, fault } = useVisits(from, to);
  const go = (days: number) => {
    filter.value = { ...filter.value, day: dateValue(from + days * DAY_MS + DAY_MS / 2) };
  };
  const lanes = lanesOf(visits ?? [], by, { from, to, now: now.value });
  const colours = new Map((cameras.value ?? []).map(({ id }, index) => [id, index % 6]));
  return (
    <section class="timeline" aria-label={t.timeline}>
      <header class="timeline-head">
        <h2>{t.timeline}</h2>
        <button type="button" class="quiet square" aria-label={t.previousDay} onClick={() => go(-1)}>
          <Icon name="left" />
        </button>
        <time dateTime={day}>{dayOf(from)}</time>
        <button type="button" class="quiet square" aria-label={t.nextDay} onClick={() => go(1)}>
          <Icon name="right" />
        </button>
        <span class="segments">
          {(['person', 'camera'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={by === one} onClick={() => setBy(one)}>
              {one === 'person' ? t.byPerson : t.byCamera}
            </button>
          ))}
        </span>
      </header>
      {lanes.length === 0 ? (
        <p class="muted">{fault ? texts.fault(fault) : visits ? t.noVisits : texts.loading}</p>
      ) : (
        <ul class="lanes">
          {lanes.map(({ key, spans }) => (
            <li key={key}>
              <span class="lane-name" dir="auto">
                {by === 'person' ? nameOf(key) : cameraName(key)}
              </span>
              <span class="lane">
                {spans.map(({ visit, left, width }) => (
                  <button
                    key={visit.firstSeq}
                    type="button"
                    class={`span colour-${colours.get(visit.camera) ?? 0}`}
                    // A short visit at the end of the day stays inside it.
                    style={{ left: `min(${left * 100}%, 100% - 6px)`, width: `${width * 100}%` }}
                    {...described(visit)}
                    onClick={() => navigate(`/history/${visit.firstSeq}`)}
                  />
                ))}
              </span>
            </li>
          ))}
          <li class="hours" aria-hidden="true">
            <span />
            <span class="lane-hours">
              {HOURS.map((hour) => (
                <span key={hour}>{String(hour).padStart(2, '0')}:00</span>
              ))}
            </span>
          </li>
        </ul>
      )}
    </section>
  );
}

/** The visits of a day: asked for again, now and then, while events arrive. */
function useVisits(from: number, to: number) {
  const {
    value: visits,
    fault,
    reload,
  } = useAnswer(`${from} ${to}`, async () => {
    const loaded = await askedNow(() => listVisits(from, to));
    rememberPeople(loaded);
    return loaded;
  });
  const latest = useRef(reload);
  latest.current = reload;
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const { lastSeq } = feed.value;
  const first = useRef(lastSeq);
  useEffect(() => {
    if (lastSeq === first.current) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void latest.current();
    }, REFRESH_MS);
  }, [lastSeq]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return { visits, fault };
}

function described({ person, displayName, camera, startedAt, endedAt }: Visit) {
  const end = endedAt === null ? null : clockOf(endedAt);
  const text = t.visit(displayName ?? nameOf(person), cameraName(camera), clockOf(startedAt), end);
  return { 'aria-label': text, title: text };
}
