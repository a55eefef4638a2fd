import type { EventDraft } from './event.js';

/** The fields of an event that name somebody beside the person whose event it is. */
type Mentions = Pick<EventDraft, 'withdrawn' | 'runnerUp' | 'candidates'>;

/** The mentions of an event without one name. */
export function withoutPerson({ withdrawn, runnerUp, candidates }: Mentions, name: string): Mentions {
  const other = (value: string | null) => (value === name ? null : value);
  return {
    withdrawn: other(withdrawn),
    runnerUp: other(runnerUp),
    candidates: candidates?.filter((candidate) => candidate !== name) ?? null,
  };
}

/**
 * Names that must be in no event any more, kept in memory only. Tracks that carried such a name still end, and are judged
 * again, after the person was forgotten; a camera that has stalled shows its tracks' names minutes later. A name is free
 * again once the gallery has been seen without it and then has it anew.
 */
export class ForgottenNames {
  /** Whether the gallery has been seen without the name. */
  readonly #names = new Map<string, boolean>();

  /** @param isKnown the gallery has the name now */
  add(name: string, isKnown: boolean): void {
    this.#names.set(name, !isKnown);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** The names of the gallery have been read. */
  notePeople(people: readonly string[]): void {
    for (const [name, isGone] of this.#names) {
      if (!people.includes(name)) this.#names.set(name, true);
      else if (isGone) this.#names.delete(name);
    }
  }

  /** A draft without these names, as if nobody had been named; null for one that then says nothing. */
  cleanse(draft: EventDraft): EventDraft | null {
    let cleansed = draft;
    for (const name of this.#names.keys()) {
      if (cleansed.person === name) {
        if (cleansed.kind === 'visit_started' || cleansed.kind === 'visit_ended') return null;
        cleansed = unnamed(cleansed);
      }
      const { withdrawn, runnerUp, candidates } = cleansed;
      if ([withdrawn, runnerUp, ...(candidates ?? [])].includes(name))
        cleansed = { ...cleansed, ...withoutPerson(cleansed, name), explain: null };
    }
    return cleansed;
  }
}

/** A face's event as that of somebody unknown, without its picture. */
function unnamed(draft: EventDraft): EventDraft {
  return {
    ...draft,
    kind: draft.kind === 'match' ? 'unknown' : draft.kind,
    person: null,
    displayName: null,
    explain: null,
    similarity: null,
    margin: null,
    runnerUp: null,
    ended: draft.ended && { ...draft.ended, verdict: 'unknown' },
    snapshotKey: null,
  };
}
