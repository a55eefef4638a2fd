import type { EventDraft } from './event.js';

/** The fields of an event that name other people than its own. */
type Mentions = Pick<EventDraft, 'withdrawn' | 'runnerUp' | 'candidates' | 'reason'>;

/** The mentions of an event without one name. */
export function withoutPerson({ withdrawn, runnerUp, candidates, reason }: Mentions, name: string): Mentions {
  const other = (value: string | null) => (value === name ? null : value);
  return {
    withdrawn: other(withdrawn),
    runnerUp: other(runnerUp),
    candidates: candidates?.filter((candidate) => candidate !== name) ?? null,
    reason: reason?.includes(name) ? null : reason,
  };
}

/**
 * Names that events must no longer contain, kept in memory only. Needed because tracks that carried a name still end, or get
 * a new verdict, after the person was forgotten; a stalled camera may report them minutes later. A name is released when the
 * gallery has been read without it and then contains it again.
 */
export class ForgottenNames {
  /** Whether the gallery has been read without the name since. */
  readonly #names = new Map<string, boolean>();

  /** @param isKnown whether the gallery contains the name now */
  add(name: string, isKnown: boolean): void {
    this.#names.set(name, !isKnown);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Call with the names in the gallery each time it is read. */
  notePeople(people: readonly string[]): void {
    for (const [name, isGone] of this.#names) {
      if (!people.includes(name)) this.#names.set(name, true);
      else if (isGone) this.#names.delete(name);
    }
  }

  /** A draft without these names, as if the face were unknown; null for a draft that would then be empty. */
  cleanse(draft: EventDraft): EventDraft | null {
    let cleansed = draft;
    for (const name of this.#names.keys()) {
      if (cleansed.person === name) {
        if (cleansed.kind === 'visit_started' || cleansed.kind === 'visit_ended') return null;
        cleansed = unnamed(cleansed);
      }
      const { withdrawn, runnerUp, candidates, reason } = cleansed;
      if ([withdrawn, runnerUp, ...(candidates ?? [])].includes(name) || reason?.includes(name))
        cleansed = { ...cleansed, ...withoutPerson(cleansed, name), explain: null };
    }
    return cleansed;
  }
}

/** The same event as that of an unknown face, without its picture. */
function unnamed(draft: EventDraft): EventDraft {
  return {
    ...draft,
    kind: draft.kind === 'match' ? 'unknown' : draft.kind,
    person: null,
    displayName: null,
    reason: null,
    odds: null,
    explain: null,
    similarity: null,
    margin: null,
    runnerUp: null,
    ended: draft.ended && { ...draft.ended, verdict: 'unknown' },
    snapshotKey: null,
  };
}
