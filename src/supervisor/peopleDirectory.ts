import { type Caller, maySee } from '../core/access.js';
import { SpotterError } from '../core/errors.js';
import { isSamePerson } from '../core/personName.js';
import type { Serial } from '../core/serial.js';
import type { InView } from '../events/inView.js';
import type { EventLog } from '../events/log/eventLog.js';
import { addablePersonName, personName, removePerson } from '../gallery/edit.js';
import { localFiles } from '../gallery/files.js';
import { type ListedPerson, type ListedPhoto, listPeople } from '../gallery/peopleListing.js';
import { type PersonSettings, readPerson } from '../gallery/person.js';
import { changeSettings, type SettingsChange } from '../gallery/personFile.js';
import type { PeopleViews } from '../http/peopleRoutes.js';
import type { ToEngine } from '../ipc/protocol.js';
import type { AuditReport } from '../ipc/requests.js';
import type { CameraViews } from './cameraRegistry.js';
import type { EngineRequests } from './engineRequests.js';
import type { EngineStatus } from './engineStatus.js';

/** Where people are found and changed. */
export interface PeopleDirectoryOptions {
  /** The gallery. */
  folder: () => string;
  status: Pick<EngineStatus, 'gallery'>;
  requests: Pick<EngineRequests, 'ask'>;
  inView: Pick<InView, 'whereIs'>;
  cameras: Pick<CameraViews, 'cameras'>;
  log: Pick<EventLog, 'find'>;
  send: (message: ToEngine) => void;
  /** One change of the gallery's folder at a time. */
  changing: Serial;
}

const NO_SETTINGS: PersonSettings = {
  displayName: null,
  threshold: null,
  notify: true,
  note: null,
  validUntil: null,
};

/** The people in the gallery: listed from its folder, with what the engine has found of their photos. */
export class PeopleDirectory implements PeopleViews {
  readonly #options: PeopleDirectoryOptions;

  constructor(options: PeopleDirectoryOptions) {
    this.#options = options;
  }

  async people(caller: Caller) {
    const listed = await listPeople(this.#options.folder());
    return listed.map((person) => this.#briefOf(person, this.#lastSettingsOf(person.name), caller));
  }

  async person(name: string, caller: Caller) {
    const person = await this.find(name);
    const file = person.settings && (await readPerson(person.settings, localFiles));
    const own = file?.ok ? file.settings : file ? this.#lastSettingsOf(person.name) : NO_SETTINGS;
    // Without an engine, the photos are shown all the same.
    const audit = await this.#options.requests.ask('audit', {}).catch(() => null);
    const brief = this.#briefOf(person, own, caller);
    return {
      ...brief,
      settings: own,
      settingsFault: file && !file.ok ? file.faults.join('; ') : null,
      used: brief.photos,
      photos: person.photos.map((photo) => this.#photoOf(person, photo, audit)),
    };
  }

  createPerson(name: string, settings: SettingsChange): Promise<void> {
    const { changing, folder } = this.#options;
    const person = addablePersonName(name);
    return changing.run(async () => {
      const known = (await listPeople(folder())).find((one) => isSamePerson(one.name, person));
      if (known)
        throw new SpotterError(
          'person.exists',
          `${known.name} is in the gallery already; change that person`,
        );
      await changeSettings(folder(), person, settings);
    });
  }

  changePerson(name: string, settings: SettingsChange): Promise<void> {
    const { changing, folder } = this.#options;
    return changing.run(async () => changeSettings(folder(), (await this.find(name)).name, settings));
  }

  removePerson(name: string): Promise<string[]> {
    const { changing, folder, send } = this.#options;
    return changing.run(async () => {
      const { name: person } = await this.find(name);
      const removed = await removePerson(folder(), person);
      // The embeddings go at once, too.
      send({ kind: 'forget', person });
      return removed;
    });
  }

  async findings() {
    const { checkedAtMs, findings } = await this.#options.requests.ask('audit', {});
    return {
      checkedAtMs,
      findings: findings.map(({ photo, person, fault, message }) => {
        const [what, ...advice] = message.split('; ');
        const photos = photo === person || fault === 'spellings' ? [] : [photo];
        const text = what.startsWith(photo) || photos.length === 0 ? what : `${photo} ${what}`;
        return { kind: fault, people: [person], photos, message: text, advice: advice.join('; ') || null };
      }),
    };
  }

  /** A person as the folder has them. @throws SpotterError usage, person.missing, gallery.not_found */
  async find(name: string): Promise<ListedPerson> {
    const person = personName(name);
    const found = (await listPeople(this.#options.folder())).find((one) => isSamePerson(one.name, person));
    if (found) return found;
    throw new SpotterError(
      'person.missing',
      `there is nobody called ${person} in the gallery; GET /api/v1/people lists who is`,
    );
  }

  /** The last valid ones. */
  #lastSettingsOf(name: string): PersonSettings {
    const { settings } = this.#options.status.gallery;
    // Somebody may be called as a property that every object has, such as "constructor".
    return Object.hasOwn(settings, name) ? settings[name] : NO_SETTINGS;
  }

  #briefOf(person: ListedPerson, settings: PersonSettings, caller: Caller) {
    const { name, photos } = person;
    const stateOf = (photo: ListedPhoto) => this.#photoOf(person, photo, null).state;
    const used = photos.filter((photo) => stateOf(photo) === 'used');
    return {
      name,
      ...settings,
      photos: used.length,
      unusable: photos.filter((photo) => stateOf(photo) === 'unusable').length,
      setAside: photos.filter(({ isSetAside }) => isSetAside).length,
      presentAt: this.#placesOf(name).filter((id) => maySee(caller, id)),
      lastSeenAt: this.#lastSeenAt(name, caller),
      cover: used.length > 0 ? addressOf(name, used[0].file) : null,
    };
  }

  /** Cameras at which somebody is. Whoever was at one that nobody watches any more may have left since. */
  #placesOf(name: string): string[] {
    const { inView, cameras } = this.#options;
    const unwatched = new Set(cameras.cameras.filter(({ state }) => state === 'waiting').map(({ id }) => id));
    return inView.whereIs(name)?.cameras.filter((id) => !unwatched.has(id)) ?? [];
  }

  #photoOf({ name: person }: ListedPerson, photo: ListedPhoto, audit: AuditReport | null) {
    const { file, name, isSetAside } = photo;
    const bad = isSetAside
      ? undefined
      : (photo.refused ?? this.#options.status.gallery.unusable.find((one) => one.name === name));
    const findings = isSetAside || bad ? [] : (audit?.findings.filter((one) => one.photo === name) ?? []);
    return {
      file,
      state: isSetAside ? ('setAside' as const) : bad ? ('unusable' as const) : ('used' as const),
      fault: bad?.fault ?? null,
      message: bad?.message ?? null,
      picture: addressOf(person, file),
      findings: findings.map(({ message }) => message),
    };
  }

  /** null also where the log cannot be read. */
  #lastSeenAt(person: string, { cameras }: Caller): string | null {
    if (cameras?.length === 0) return null;
    const bounds = { after: null, before: null, fromMs: null, toMs: null, oldestFirst: false, limit: 1 };
    const query = { ...bounds, cameras: [...(cameras ?? [])], people: [person], kinds: [] };
    try {
      const [last] = this.#options.log.find(query, false);
      return last ? (JSON.parse(last.text) as { capturedAt: string }).capturedAt : null;
    } catch {
      return null;
    }
  }
}

function addressOf(person: string, file: string): string {
  return `/api/v1/people/${encodeURIComponent(person)}/photos/${encodeURIComponent(file)}`;
}
