import type { EventDraft, EventKind } from './event.js';

export interface NotifyRules {
  /** Kinds that are worth a notification. */
  kinds: readonly EventKind[];
  /** After a notification the same person at the same camera is worth none for this long, ms. */
  cooldownMs: number;
}

/** What person.yaml says of a person's events. */
export interface PersonNotifySettings {
  displayName: string | null;
  /** false: events of this person never say "notify". */
  notify: boolean;
}

/** By name; people without a person.yaml are left out. */
export type PeopleSettings = Readonly<Record<string, PersonNotifySettings>>;

/**
 * Says which events are worth a notification, and what their person is called. An event is worth one when its kind is
 * wanted, its person has not been muted, and the last notification of the same person at the same camera is long
 * enough ago; of nobody in particular, that of the same kind at the same camera. Only a notification begins a cooldown.
 * When a name is withdrawn, the cooldown that it began is, too: whoever really has the name may come any moment.
 */
export class Notifier {
  /** When each last notification was, oldest first, and the track that it was of. */
  readonly #last = new Map<string, { atMs: number; track: string | null }>();

  /**
   * @param nowMs of a clock that never goes back
   * @returns the draft with `notify` and `displayName`
   */
  judge(
    draft: EventDraft,
    { kinds, cooldownMs }: NotifyRules,
    people: PeopleSettings,
    nowMs: number,
  ): EventDraft {
    const { kind, camera, person, track, withdrawn } = draft;
    for (const [key, { atMs }] of this.#last) {
      if (nowMs - atMs < cooldownMs) break;
      this.#last.delete(key);
    }
    if (withdrawn !== null) {
      const wrong = keyOf(camera, withdrawn);
      if (this.#last.get(wrong)?.track === track) this.#last.delete(wrong);
    }
    const settings = person !== null && Object.hasOwn(people, person) ? people[person] : null;
    const displayName = settings?.displayName ?? null;
    const key = person === null ? `${camera} ${kind}` : keyOf(camera, person);
    const notify = kinds.includes(kind) && settings?.notify !== false && !this.#last.has(key);
    if (notify) this.#last.set(key, { atMs: nowMs, track });
    return { ...draft, notify, displayName };
  }

  /** Drops a person's cooldowns. */
  forgetPerson(person: string): void {
    for (const key of this.#last.keys())
      if (key === keyOf(key.split('/', 1)[0], person)) this.#last.delete(key);
  }
}

/** A camera's id has no slash; a kind of event is never behind one. */
function keyOf(camera: string, person: string): string {
  return `${camera}/${person}`;
}
