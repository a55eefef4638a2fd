import { styleText } from 'node:util';
import { mapStrings } from '../core/mapStrings.js';
import { hasColours } from '../core/terminal.js';
import { visible } from '../core/visible.js';
import type { SpotterEvent } from '../events/event.js';
import { formatClock, formatTime } from './time.js';

/** How events are shown to people. */
export interface LineStyle {
  /** Whose time is shown of a camera's events: the wall clock of a live camera, or the media time of a recording. */
  clock: (camera: string) => Clock;
  /** Which time the events of visits have. */
  visits: Clock;
  /** How a person is shown; see `displayName` in person.yaml. */
  shownName: (person: string) => string;
}

/** Wall clock or media time. */
export type Clock = 'wall' | 'media';

/** Formats an event as a readable line: time, camera, what happened, track. */
export function eventLine(published: SpotterEvent, style: LineStyle): string {
  return lineOf(published, style, (event) => describe(event, style));
}

/** Formats the events of a track that appeared and left in the same instant, `verdict` between them, as one line. */
export function passingLine(verdict: SpotterEvent | null, left: SpotterEvent, style: LineStyle): string {
  return lineOf(verdict ?? left, style, (event) => {
    const after = `in view for ${lengthOf(left)}`;
    return event.kind === 'left'
      ? `- ${who(event, style)} was ${after}`
      : `${describe(event, style)}, ${after}`;
  });
}

/** Formats the explanation of a verdict, one line per check; empty if the event has none. */
export function explainLines({ explain }: SpotterEvent): string[] {
  if (!explain) return [];
  const { checks, looks, usable } = explain;
  const lines = checks.map(({ text, passed }) => `${passed ? '+' : '-'} ${visible(text)}`);
  return [...lines, `  ${looks} looks, ${usable} usable`].map((line) => paint('dim', `        ${line}`));
}

function lineOf(
  published: SpotterEvent,
  style: LineStyle,
  describeIt: (event: SpotterEvent) => string,
): string {
  const event = mapStrings(published, visible);
  const time = paint('dim', timeOf(published, style));
  const track = event.track === null ? [] : [paint('dim', event.track)];
  return [time, event.camera, describeIt(event), ...track].join('  ');
}

function timeOf({ camera, mediaTimeMs, capturedAt }: SpotterEvent, { clock }: LineStyle): string {
  if (clock(camera) === 'media' && mediaTimeMs !== null) return formatTime(mediaTimeMs);
  return formatClock(Date.parse(capturedAt));
}

function describe(event: SpotterEvent, style: LineStyle): string {
  switch (event.kind) {
    case 'appeared':
      return '+ a face appeared';
    case 'match':
      return `${paint('green', `✓ ${named(event, style)}`)} ${cause(event)}${withdrawn(event, style)}`;
    case 'unknown':
      return `${paint('yellow', '? unknown')} ${cause(event)}${withdrawn(event, style)}`;
    case 'ambiguous':
      return `${paint('magenta', `~ ambiguous: ${candidates(event, style)}`)} ${cause(event)}${withdrawn(event, style)}`;
    case 'gap':
      return paint('yellow', `! ${gap(event)}`);
    case 'visit_started':
      return `> visit of ${named(event, style)} started`;
    case 'visit_ended':
      return `< visit of ${named(event, style)} ended: ${visitTime(event.startedAt, style)} to ${visitTime(event.endedAt, style)}`;
    case 'left':
      return `- ${who(event, style)} left after ${lengthOf(event)}`;
  }
}

/** What decided: the reason up to its first semicolon; the rest is numbers. */
function cause({ reason }: SpotterEvent): string {
  return reason === null ? '' : `(${reason.split(';', 1)[0]})`;
}

function gap({ cause: why, from, to }: SpotterEvent): string {
  const times = `from ${wallTime(from)} to ${wallTime(to)}`;
  if (why === 'log_unwritable') return `events ${times} were lost: the event log was not writable`;
  if (why === 'log_lost') return `events ${times} are no longer in the event log`;
  return `gap ${times} (${why?.replaceAll('_', ' ')})`;
}

function wallTime(iso: string | null | undefined): string {
  return iso == null ? '?' : formatClock(Date.parse(iso));
}

function visitTime(iso: string | null | undefined, { visits }: LineStyle): string {
  return visits === 'media' && iso != null ? formatTime(Date.parse(iso)) : wallTime(iso);
}

function named({ person, displayName }: SpotterEvent, style: LineStyle): string {
  return displayName ?? shown(person ?? 'somebody', style);
}

function shown(person: string, { shownName }: LineStyle): string {
  return visible(shownName(person));
}

function candidates({ candidates: people }: SpotterEvent, style: LineStyle): string {
  return (people ?? []).map((person) => shown(person, style)).join(' or ');
}

function withdrawn({ withdrawn: name }: SpotterEvent, style: LineStyle): string {
  return name === null ? '' : `, not ${shown(name, style)}`;
}

function who(event: SpotterEvent, style: LineStyle): string {
  if (event.person !== null) return named(event, style);
  if (event.verdict === 'unusable')
    return `a face that was never usable (${event.reason?.replaceAll('_', ' ')})`;
  return event.verdict === 'ambiguous' ? 'an ambiguous face' : 'an unknown person';
}

function lengthOf({ firstSeenMs = 0, lastSeenMs = 0 }: SpotterEvent): string {
  return `${((lastSeenMs - firstSeenMs) / 1000).toFixed(1)} s`;
}

function paint(style: 'dim' | 'green' | 'yellow' | 'magenta', text: string): string {
  return hasColours(process.stdout) ? styleText(style, text) : text;
}
