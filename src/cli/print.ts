import { styleText } from 'node:util';
import { mapStrings } from '../core/mapStrings.js';
import { jsonLine, visible } from '../core/visible.js';
import type { SpotterEvent } from '../events/event.js';

/** Writes a value to stdout as one line of JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${jsonLine(value)}\n`);
}

/** Writes lines to stdout; see {@link visible}. */
export function printLines(lines: readonly string[]): void {
  printStyled(lines.map(visible));
}

/** Writes one line to stdout; see {@link visible}. */
export function printLine(line: string): void {
  printLines([line]);
}

/** Writes lines of {@link eventLine} and {@link explainLines} to stdout, with their colours. */
export function printStyled(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Writes one line to stderr; see {@link visible}. */
export function printToStderr(line: string): void {
  process.stderr.write(`${visible(line)}\n`);
}

/** Writes one line to stderr, behind the name of the program; see {@link visible}. */
export function printError(sentence: string): void {
  printToStderr(`spotter: ${sentence}`);
}

/** Formats an event as a readable line: media time, camera, what happened, track. */
export function eventLine(published: SpotterEvent): string {
  const event = mapStrings(published, visible);
  const time = event.mediaTimeMs === null ? '' : formatTime(event.mediaTimeMs);
  return `${paint('dim', time)}  ${event.camera}  ${describe(event)}  ${paint('dim', event.track ?? '')}`.trim();
}

/** Formats the explanation of a verdict, one line per check; empty if the event has none. */
export function explainLines({ explain }: SpotterEvent): string[] {
  if (!explain) return [];
  const { checks, looks, usable } = explain;
  const lines = checks.map(({ text, passed }) => `${passed ? '+' : '-'} ${visible(text)}`);
  return [...lines, `  ${looks} looks, ${usable} usable`].map((line) => paint('dim', `        ${line}`));
}

function describe(event: SpotterEvent): string {
  switch (event.kind) {
    case 'appeared':
      return '+ a face appeared';
    case 'match':
      return `${paint('green', `✓ ${event.person}`)} (${numbers(event)})${withdrawn(event)}`;
    case 'unknown':
      return `${paint('yellow', '? unknown')} (${numbers(event)})${withdrawn(event)}`;
    case 'ambiguous':
      return `${paint('magenta', `~ ambiguous: ${event.candidates?.join(' or ')}`)} (${numbers(event)})${withdrawn(event)}`;
    case 'gap':
      if (event.cause === 'log_unwritable')
        return paint(
          'yellow',
          `! events from ${event.from} to ${event.to} were lost: the event log was not writable`,
        );
      if (event.cause === 'log_lost')
        return paint('yellow', `! events from ${event.from} to ${event.to} are no longer in the event log`);
      return paint(
        'yellow',
        `! gap from ${event.from} to ${event.to} (${event.cause?.replaceAll('_', ' ')})`,
      );
    case 'visit_started':
      return `> visit of ${event.person} started`;
    case 'visit_ended':
      return `< visit of ${event.person} ended: ${event.startedAt} to ${event.endedAt}`;
    case 'left':
      return `- ${who(event)} left after ${seconds((event.lastSeenMs ?? 0) - (event.firstSeenMs ?? 0))}`;
  }
}

function withdrawn({ withdrawn: name }: SpotterEvent): string {
  return name === null ? '' : `, not ${name}`;
}

function who(event: SpotterEvent): string {
  if (event.person !== null) return event.person;
  if (event.verdict === 'unusable')
    return `a face that was never usable (${event.reason?.replaceAll('_', ' ')})`;
  return event.verdict === 'ambiguous' ? 'an ambiguous face' : 'an unknown person';
}

function numbers({ similarity, threshold, margin }: SpotterEvent): string {
  if (similarity === null) return 'the gallery is empty';
  const clear = margin === null ? '' : `, ${margin.toFixed(2)} ahead of the next`;
  return `similarity ${similarity.toFixed(2)}, threshold ${threshold?.toFixed(2)}${clear}`;
}

/** Formats milliseconds as m:ss.t. */
export function formatTime(ms: number): string {
  const tenths = Math.round(ms / 100);
  return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, '0')}.${tenths % 10}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function paint(style: 'dim' | 'green' | 'yellow' | 'magenta', text: string): string {
  return process.stdout.isTTY ? styleText(style, text) : text;
}

/** A number and a noun that takes an s in the plural. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
