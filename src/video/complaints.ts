/** What ffmpeg has complained of most. */
export interface Complaint {
  /** The last wording; may contain credentials. */
  text: string;
  /** Number of times, from 1; the numbers in the wording may differ. */
  count: number;
}

/** A stream that is damaged in ever new ways must not fill the memory. */
const MAX_KINDS = 100;
/** For a message of one line. */
const MAX_LENGTH = 160;

/** Counts what ffmpeg complains of. */
export class Complaints {
  readonly #kinds = new Map<string, Complaint>();

  add(text: string): void {
    const kind = text.replace(/\d+/g, '0');
    const before = this.#kinds.get(kind);
    if (!before && this.#kinds.size >= MAX_KINDS) return;
    this.#kinds.set(kind, { text, count: (before?.count ?? 0) + 1 });
  }

  /** The most frequent one, of equals the one that came first; null without any. */
  get most(): Complaint | null {
    return [...this.#kinds.values()].reduce<Complaint | null>(
      (most, one) => (most && most.count >= one.count ? most : one),
      null,
    );
  }

  clear(): void {
    this.#kinds.clear();
  }
}

/** A complaint in a sentence, such as `ffmpeg reports 12 times: h264: no frame!`; long ones are cut. */
export function quoteComplaint({ text, count }: Complaint): string {
  const line = text.replaceAll(';', ',').replace(/[\s.]+$/, '');
  const short = line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 3)}...` : line;
  return `ffmpeg reports ${count === 1 ? '' : `${count} times: `}${short}`;
}
