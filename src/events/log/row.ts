import type { EventKind, SpotterEvent } from '../event.js';

/** A stored event. */
export interface Row {
  seq: number;
  kind: EventKind;
  camera: string;
  person: string | null;
  /** JSON of the event without `explain`. */
  body: string;
  /** JSON of `explain`. */
  explain: string | null;
}

/** A stored event as JSON, with the fields that filters need. */
export interface StoredEvent extends Pick<Row, 'seq' | 'kind' | 'camera' | 'person'> {
  /** JSON of the event. */
  text: string;
}

/** The columns of a {@link Row}. */
export const COLUMNS = 'seq, kind, camera, person, body, explain';

/** The event as JSON, without parsing: most rows are passed on as text. */
export function textOf({ body, explain }: Row, withExplain: boolean): string {
  return `${body.slice(0, -1)},"explain":${withExplain ? explain : null}}`;
}

/** The event as JSON, with the fields that filters need. */
export function storedEventOf(row: Row, withExplain: boolean): StoredEvent {
  const { seq, kind, camera, person } = row;
  return { seq, kind, camera, person, text: textOf(row, withExplain) };
}

/** The event as an object. */
export function eventOf(row: Row, withExplain: boolean): SpotterEvent {
  return JSON.parse(textOf(row, withExplain));
}
