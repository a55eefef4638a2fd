import type { Track } from '../track/state.js';
import { tableLines } from './table.js';
import type { TruthRow } from './truth.js';

/** One labelled appearance of a person and how the scan did on it. Times are media time in ms, both ends included. */
export interface AppearanceScore {
  fromMs: number;
  toMs: number;
  /** Frames of the appearance, and those of them in which the person was named. */
  frames: number;
  named: number;
  /** When the face first had a usable look, and when it first had the right name; null: never. */
  firstUsableMs: number | null;
  firstNamedMs: number | null;
  /** From the first usable look to the name; null without a name. */
  timeToNameMs: number | null;
  /** How often the face changed its track or its name. */
  switches: number;
}

/** The score of one person over all appearances. */
export interface PersonScore {
  person: string;
  /** Named in at least one appearance. */
  found: boolean;
  /** Share of the frames with this name in which it was right, 0..1; null if the name was never given. */
  precision: number | null;
  /** Share of the labelled frames in which the person was named, 0..1; null without labelled frames. */
  recall: number | null;
  /** The longest time from the first usable look to the name, over the named appearances; null: none. */
  timeToNameMs: number | null;
  switches: number;
  /** Frames with the name where it was right, and where it was wrong. */
  right: number;
  wrong: number;
  appearances: AppearanceScore[];
}

/** The score of a scan: one line of its JSON output. */
export interface ScoreResult {
  kind: 'score';
  /** Over all names in all frames, 0..1; null: no names. */
  precision: number | null;
  /** Over all labelled frames, 0..1; null: no labelled frames. */
  recall: number | null;
  switches: number;
  people: PersonScore[];
}

interface Appearance extends AppearanceScore {
  row: TruthRow;
  lastTrack: number | null;
  lastName: string | null;
}

/** Compares the tracks of a scan with hand-made labels. */
export class Score {
  readonly #appearances: Appearance[];
  readonly #difficult: readonly TruthRow[];
  readonly #names = new Map<string, { right: number; wrong: number }>();

  constructor(rows: readonly TruthRow[]) {
    this.#difficult = rows.filter(({ difficult }) => difficult);
    this.#appearances = rows
      .filter(({ difficult }) => !difficult)
      .map((row) => ({
        row,
        fromMs: row.fromMs,
        toMs: row.toMs,
        frames: 0,
        named: 0,
        firstUsableMs: null,
        firstNamedMs: null,
        timeToNameMs: null,
        switches: 0,
        lastTrack: null,
        lastName: null,
      }));
  }

  /** Scores one frame. @param timeMs media time, ms. @param tracks all tracks that are alive after the frame */
  addFrame(timeMs: number, tracks: readonly Track[]): void {
    const seen = tracks.filter(({ missed }) => missed === 0);
    for (const track of seen) {
      const name = nameOf(track);
      if (name === null) continue;
      const isRight = (row: TruthRow) => row.person === name && shows(row, track, timeMs);
      const counts = this.#names.get(name) ?? { right: 0, wrong: 0 };
      this.#names.set(name, counts);
      if (this.#appearances.some(({ row }) => isRight(row))) counts.right++;
      else if (!this.#difficult.some(isRight)) counts.wrong++;
    }
    for (const appearance of this.#appearances) follow(appearance, seen, timeMs);
  }

  /** The score of all frames so far. */
  result(): ScoreResult {
    const people = new Set([...this.#appearances.map(({ row }) => row.person), ...this.#names.keys()]);
    const scores = [...people].sort().map((person) => this.#ofPerson(person));
    const sum = (value: (score: PersonScore) => number) =>
      scores.reduce((all, score) => all + value(score), 0);
    const right = sum((score) => score.right);
    const labelled = this.#appearances.reduce((all, { frames }) => all + frames, 0);
    const named = this.#appearances.reduce((all, one) => all + one.named, 0);
    return {
      kind: 'score',
      precision: part(right, right + sum((score) => score.wrong)),
      recall: part(named, labelled),
      switches: sum((score) => score.switches),
      people: scores,
    };
  }

  #ofPerson(person: string): PersonScore {
    const { right, wrong } = this.#names.get(person) ?? { right: 0, wrong: 0 };
    const mine = this.#appearances.filter(({ row }) => row.person === person);
    const sum = (value: (one: Appearance) => number) => mine.reduce((all, one) => all + value(one), 0);
    const waits = mine.flatMap(({ timeToNameMs }) => (timeToNameMs === null ? [] : [timeToNameMs]));
    return {
      person,
      found: mine.some(({ named }) => named > 0),
      precision: part(right, right + wrong),
      recall: part(
        sum(({ named }) => named),
        sum(({ frames }) => frames),
      ),
      timeToNameMs: waits.length > 0 ? Math.max(...waits) : null,
      switches: sum(({ switches }) => switches),
      right,
      wrong,
      appearances: mine.map(({ row: _1, lastTrack: _2, lastName: _3, ...score }) => score),
    };
  }
}

/** Scores one frame of an appearance: which track has the face, and its name. */
function follow(appearance: Appearance, seen: readonly Track[], timeMs: number): void {
  const { row } = appearance;
  if (timeMs < row.fromMs || timeMs > row.toMs) return;
  appearance.frames++;
  const there = seen.filter((track) => shows(row, track, timeMs));
  if (there.some(({ evidence }) => evidence.usable > 0)) appearance.firstUsableMs ??= timeMs;
  const named = there.find((track) => nameOf(track) === row.person);
  if (named) {
    appearance.named++;
    appearance.firstNamedMs ??= timeMs;
    appearance.timeToNameMs ??= timeMs - (appearance.firstUsableMs ?? timeMs);
  }
  // Without a region any face may be the one, so only the name identifies it.
  const face = named ?? (row.region ? there[0] : undefined);
  if (!face) return;
  const { lastTrack, lastName } = appearance;
  const name = nameOf(face);
  const isOther = lastTrack !== null && lastTrack !== face.number;
  const isRenamed = lastName !== null && name !== null && lastName !== name;
  if (isOther || isRenamed) appearance.switches++;
  appearance.lastTrack = face.number;
  appearance.lastName = name ?? lastName;
}

function nameOf({ announced, verdict }: Track): string | null {
  return announced && verdict?.kind === 'known' ? verdict.match.person : null;
}

function shows({ fromMs, toMs, region }: TruthRow, { detection: { box } }: Track, timeMs: number): boolean {
  if (timeMs < fromMs || timeMs > toMs) return false;
  const [x, y] = [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2];
  return !region || (x >= region.x1 && x < region.x2 && y >= region.y1 && y < region.y2);
}

function part(some: number, all: number): number | null {
  return all === 0 ? null : Number((some / all).toFixed(4));
}

/** Formats a score as the lines of a table, one row per person and a total. */
export function scoreLines({ people, precision, recall, switches }: ScoreResult): string[] {
  const number = (value: number | null) => (value === null ? '-' : value.toFixed(3));
  const rows = people.map((one) => [
    one.person,
    number(one.precision),
    number(one.recall),
    `${one.appearances.filter(({ named }) => named > 0).length} of ${one.appearances.length}`,
    one.timeToNameMs === null ? '-' : String(Math.round(one.timeToNameMs)),
    String(one.switches),
  ]);
  const found = people.reduce((sum, one) => sum + one.appearances.filter(({ named }) => named > 0).length, 0);
  const all = people.reduce((sum, one) => sum + one.appearances.length, 0);
  return tableLines([
    ['person', 'precision', 'recall', 'appearances named', 'ms to name', 'switches'],
    ...rows,
    ['all', number(precision), number(recall), `${found} of ${all}`, '', String(switches)],
  ]);
}
