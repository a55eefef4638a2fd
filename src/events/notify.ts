import type { EventDraft, EventKind, SpotterEvent } from './event.js';

/** The `notify` section of the configuration. */
export interface NotifyRules {
  /** Kinds that are worth a notification. */
  kinds: readonly EventKind[];
  /** Cooldown per person and camera after a notification, ms. */
  cooldownMs: number;
}

/** What person.yaml sets for the events of a person. */
export interface PersonNotifySettings {
  /** null: none is set. */
  displayName: string | null;
  /** false: events of this person are never worth a notification. */
  notify: boolean;
}

/** By name; people without a person.yaml are left out. */
export type PeopleSettings = Readonly<Record<string, PersonNotifySettings>>;

/** How a person is shown: the display name, else the name. */
export function shownNameOf(people: PeopleSettings, person: string): string {
  return (Object.hasOwn(people, person) ? people[person].displayName : null) ?? person;
}

/**
 * Marks the events that are worth a notification, and adds display names. An event is worth one when its kind is in the
 * rules, its person has not been muted, and no cooldown is running: per person and camera, or without a person per kind and
 * camera. Only a notification begins a cooldown. When a name is withdrawn, so is the cooldown that its track began: the
 * person with that name may come at any moment.
 */
export class Notifier {
  /** Time and track of the last notification per key, oldest first. */
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

  /** Takes a notification that somebody else has judged: its cooldown runs here as well. */
  note({ notify, kind, camera, person, track }: SpotterEvent, nowMs: number): void {
    if (!notify) return;
    const key = person === null ? `${camera} ${kind}` : keyOf(camera, person);
    this.#last.delete(key);
    this.#last.set(key, { atMs: nowMs, track });
  }

  /** Drops a person's cooldowns. */
  forgetPerson(person: string): void {
    for (const key of this.#last.keys())
      if (key === keyOf(key.split('/', 1)[0], person)) this.#last.delete(key);
  }
}

/** Unambiguous: neither the id of a camera nor a key without a person has a slash. */
function keyOf(camera: string, person: string): string {
  return `${camera}/${person}`;
}
