import { rm } from 'node:fs/promises';
import { type Caller, maySee } from '../core/access.js';
import { SpotterError } from '../core/errors.js';
import type { Serial } from '../core/serial.js';
import type { SpotterEvent } from '../events/event.js';
import { type Added, addablePersonName, addPicture, whyUnwritable } from '../gallery/edit.js';
import { probeFolder } from '../gallery/folderProbe.js';
import type { ListedPhoto } from '../gallery/peopleListing.js';
import { endingOf, foreignFormat } from '../gallery/photoFiles.js';
import { bringBack, setAside } from '../gallery/setAside.js';
import { removeLeftovers } from '../gallery/wholeFiles.js';
import type { AddedPhoto, PhotoSource, PhotoViews } from '../http/photoRoutes.js';
import type { Examined } from '../ipc/requests.js';
import type { EngineRequests } from './engineRequests.js';
import type { NodeViews } from './nodeViews.js';
import type { PeopleDirectory } from './peopleDirectory.js';

/** Where photos come from and go to. */
export interface PhotoDeskOptions {
  folder: () => string;
  requests: Pick<EngineRequests, 'ask'>;
  directory: Pick<PeopleDirectory, 'find'>;
  faces: Pick<NodeViews, 'untilFace'>;
  /** A stored event that the caller may see; null when there is none. @throws SpotterError log.unusable */
  event: (seq: number, caller: Caller) => SpotterEvent | null;
  /** The face in the snapshot of an event; null when there is none, or not any more. */
  snapshot: (seq: number) => Promise<Uint8Array | null>;
  /** One change of the gallery's folder at a time. */
  changing: Serial;
  /** Unix ms; default the system's clock. */
  now?: () => number;
}

/** Longest side of a photo as it is shown, px. */
const SHOWN_PX = 1024;

/** Adds, shows, moves and removes photos of people. */
export class PhotoDesk implements PhotoViews {
  readonly #options: PhotoDeskOptions;

  constructor(options: PhotoDeskOptions) {
    this.#options = options;
  }

  async addPhoto(name: string, source: PhotoSource, caller: Caller): Promise<AddedPhoto> {
    const { changing, folder, requests } = this.#options;
    const person = addablePersonName(name);
    const { bytes, fileName } = await this.#pictureOf(source, caller);
    let seen: Examined | null = null;
    const examine = async (picture: Uint8Array) => {
      seen = await requests.ask('examine', { picture, person });
      return seen;
    };
    const added = await changing.run(async () => {
      await probeFolder(folder());
      return addPicture({ folder: folder(), person, bytes, fileName, examine });
    });
    return answerOf(added, seen);
  }

  async photo(name: string, file: string, width = SHOWN_PX): Promise<Uint8Array> {
    const { path, refused } = await this.#find(name, file);
    if (refused) throw new SpotterError('photo.refused', `${file} ${refused.message}`);
    return this.#options.requests.ask('thumbnail', { file: path, side: width });
  }

  setPhotoAside(name: string, file: string, isSetAside: boolean): Promise<string> {
    const { changing, folder } = this.#options;
    return changing.run(async () => {
      const photo = await this.#find(name, file, !isSetAside);
      // It is where it shall be.
      if (photo.isSetAside === isSetAside) return photo.file;
      const [moved] = await (isSetAside ? setAside : bringBack)(folder(), [photo.name]);
      return moved.to.split('/').at(-1) ?? file;
    });
  }

  removePhoto(name: string, file: string): Promise<void> {
    const { changing, folder } = this.#options;
    return changing.run(async () => {
      const { path } = await this.#find(name, file);
      await removeLeftovers(folder());
      await rm(path).catch((cause: unknown) => {
        throw new SpotterError(
          'gallery.unwritable',
          `cannot remove ${file} of ${name} from ${folder()}: ${whyUnwritable(cause)}`,
          { cause },
        );
      });
    });
  }

  /** @param wasAside which of two of one name is meant; default: the one in use */
  async #find(name: string, file: string, wasAside = false): Promise<ListedPhoto> {
    const { photos } = await this.#options.directory.find(name);
    const named = photos.filter((photo) => photo.file === file && photo.path !== '');
    const found = named.find(({ isSetAside }) => isSetAside === wasAside) ?? named[0];
    if (!found) throw new SpotterError('photo.missing', `${name} has no photo ${JSON.stringify(file)}`);
    return found;
  }

  /** What is enrolled, and how its file is called. */
  async #pictureOf(source: PhotoSource, caller: Caller): Promise<{ bytes: Uint8Array; fileName: string }> {
    const nowMs = this.#options.now?.() ?? Date.now();
    if ('picture' in source) {
      const { picture } = source;
      return { bytes: picture, fileName: `photo-${compact(nowMs)}${readableEnding(picture)}` };
    }
    if ('track' in source) {
      const face = await this.#options.faces.untilFace(source.track);
      if (!face || !maySee(caller, face.camera)) throw noFace(`no face of ${source.track} is kept any more`);
      return { bytes: face.jpeg, fileName: enrolledName(face.track, face.lastSeenMs) };
    }
    const { event: seq } = source;
    const event = this.#event(seq, caller);
    if (event.track === null) throw noFace(`event ${seq} is not about a face`);
    const jpeg =
      (await this.#options.snapshot(seq)) ?? (await this.#options.faces.untilFace(event.track))?.jpeg;
    if (!jpeg) throw noFace(`no face of event ${seq} is kept`);
    return { bytes: jpeg, fileName: enrolledName(event.track, Date.parse(event.capturedAt)) };
  }

  #event(seq: number, caller: Caller): SpotterEvent {
    const event = this.#options.event(seq, caller);
    if (!event) throw new SpotterError('face.missing', `there is no event ${seq}`);
    return event;
  }
}

/** The usual ending of the file of a picture. @throws SpotterError photo.refused for what cannot be read, by its first bytes */
export function readableEnding(picture: Uint8Array): string {
  const ending = endingOf(picture);
  if (ending !== null) return ending;
  const why = foreignFormat(picture) ?? 'is not a picture that can be read; send JPEG, PNG or WebP';
  throw new SpotterError('photo.refused', `it ${why}`);
}

/** How the photo is called that was enrolled from a track. @param atMs Unix time */
export function enrolledName(track: string, atMs: number): string {
  return `${track}-${compact(atMs)}.jpg`;
}

/** Whether a photo was enrolled from a track, by the name of its file. */
export function isEnrolledFrom(track: string, file: string): boolean {
  return file.startsWith(`${track}-`) && /^\d{8}T\d{6}(-\d+)?\.jpg$/.test(file.slice(track.length + 1));
}

/** Such as 20261127T051824. */
function compact(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 19).replace(/[-:]/g, '');
}

function noFace(what: string): SpotterError {
  return new SpotterError(
    'face.missing',
    `${what}; see review and snapshots in config.yaml, or send a picture`,
  );
}

function answerOf(added: Added, seen: Examined | null): AddedPhoto {
  const ownName = (name: string) => name.slice(name.indexOf('/') + 1);
  switch (added.state) {
    case 'added':
      return {
        file: ownName(added.name),
        state: 'used',
        message: seen?.state === 'used' ? seen.note : null,
        warnings: seen?.state === 'used' ? seen.warnings : [],
      };
    case 'there':
      throw new SpotterError('photo.double', `this picture is a photo of that person already: ${added.name}`);
    case 'refused': {
      const isDouble = added.fault === 'double';
      const text = isDouble || added.message.startsWith('is ') ? `it ${added.message}` : added.message;
      throw new SpotterError(isDouble ? 'photo.double' : 'photo.refused', `not added: ${text}`);
    }
  }
}
