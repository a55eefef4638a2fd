import type { Track } from '../track/state.js';
import type { TruthRow } from './truth.js';

/** One labelled time of a person, and what the scan made of it. Times are media time in ms. */
export interface AppearanceScore {
  fromMs: number;
  toMs: number;
  /** Frames of it, and those in which the person was named. */
  frames: number;
  named: number;
  /** When a look at the face could first be judged, and when the name was first told; null: never. */
  firstUsableMs: number | null;
  firstNamedMs: number | null;
  timeToNameMs: number | null;
  /** How often the face became another track or got another name. */
  switches: number;
}

export interface PersonScore {
  person: string;
  /** Named in at least one labelled time. */
  found: boolean;
  /** Of the frames with this name, the part in which it was right; null when the name was never given. */
  precision: number | null;
  /** Of the labelled frames, the part in which the person was named; null without any that count. */
  recall: number | null;
  /** The longest wait from the first usable look to the name, over the labelled times with a name. */
  timeToNameMs: number | null;
  switches: number;
  /** Frames in which the name was right, and wrong. */
  right: number;
  wrong: number;
  appearances: AppearanceScore[];
}

export interface ScoreResult {
  kind: 'score';
  /** Over all names of all frames. */
  precision: number | null;
  recall: number | null;
  switches: number;
  people: PersonScore[];
}

interface Appearance extends AppearanceScore {
  row: TruthRow;
  lastTrack: number | null;
  lastName: string | null;
}

/** Holds what is told of a recording against what somebody has seen in it. */
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

  /** @param tracks all that are alive after the frame */
  addFrame(timeMs: number, tracks: readonly Track[]): void {
    const seen = tracks.filter(({ missed }) => missed === 0);
    for (const track of seen) {
      const name = nameOf(track);
      if (name === null) continue;
      const isHim = (row: TruthRow) => row.person === name && shows(row, track, timeMs);
      const counts = this.#names.get(name) ?? { right: 0, wrong: 0 };
      this.#names.set(name, counts);
      if (this.#appearances.some(({ row }) => isHim(row))) counts.right++;
      else if (!this.#difficult.some(isHim)) counts.wrong++;
    }
    for (const appearance of this.#appearances) follow(appearance, seen, timeMs);
  }

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
      appearances: mine.map(({ row: _1, lastTrack: _2, lastName: _3, ...told }) => told),
    };
  }
}

/** One frame of a labelled time: which track has the face, and what it is called. */
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
  // Without a region any face may be the one, so only the name tells which.
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

/** The score for people. */
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
  const table = [
    ['person', 'precision', 'recall', 'appearances named', 'ms to name', 'switches'],
    ...rows,
    ['all', number(precision), number(recall), `${found} of ${all}`, '', String(switches)],
  ];
  const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
  return table.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}
