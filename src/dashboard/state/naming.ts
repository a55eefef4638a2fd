import { signal } from '@preact/signals';
import { correctEvent, enrolFace, setPhotoAside } from '../api/calls.js';
import { RequestFault } from '../api/transport.js';
import { texts } from '../texts.js';
import { whenForgotten } from './forgotten.js';
import { loadPeople, nameOf } from './household.js';
import { showFault, showToast } from './toasts.js';

/** A face that can get a name. */
export interface NamelessFace {
  track: string;
  /** Of its newest event. */
  seq: number;
}

/** Faces whose name is being asked for; empty while the dialog is closed. */
export const asking = signal<readonly NamelessFace[]>([]);
/** Tracks that were chosen to get one name together; null while nobody chooses. */
export const chosen = signal<ReadonlyMap<string, NamelessFace> | null>(null);
/** Names that were given here, by track: shown until an event says the same. */
export const given = signal<ReadonlyMap<string, string>>(new Map());

export function toggleChosen(face: NamelessFace): void {
  const faces = new Map(chosen.value);
  if (!faces.delete(face.track)) faces.set(face.track, face);
  chosen.value = faces;
}

/** What has become of faces that were to get a name. */
export interface NamingOutcome {
  /** Faces that have not got it. */
  left: readonly NamelessFace[];
  /** Why, each sentence once. */
  faults: readonly string[];
}

/** Who was forgotten since a name was last given to faces. */
const forgotten = new Set<string>();

/** Enrols faces under one name, until that person is forgotten; those that have got it are no longer chosen. */
export async function giveName(faces: readonly NamelessFace[], name: string): Promise<NamingOutcome> {
  const left: NamelessFace[] = [];
  const faults = new Set<string>();
  forgotten.delete(name);
  for (const face of faces) {
    try {
      const { warnings = [] } = await enrol(face, name);
      // Nothing more is said of them, and the photo is erased with the others.
      if (forgotten.has(name)) return { left: faces, faults: [...faults] };
      given.value = new Map(given.value).set(face.track, name);
      for (const warning of warnings) showToast(warning, null, name);
    } catch (error) {
      left.push(face);
      faults.add(texts.fault(error));
    }
  }
  const added = faces.length - left.length;
  if (added > 0) {
    unchoose(faces.filter((face) => !left.includes(face)));
    await loadPeople().catch(showFault);
    showToast(texts.naming.done(nameOf(name), added), null, name);
  }
  return { left, faults: [...faults] };
}

/** Ends the choice when nothing is left of it. */
function unchoose(faces: readonly NamelessFace[]): void {
  const rest = new Map(chosen.value);
  for (const { track } of faces) rest.delete(track);
  chosen.value = rest.size > 0 ? rest : null;
}

whenForgotten((name) => {
  forgotten.add(name);
  given.value = new Map([...given.value].filter(([, person]) => person !== name));
});

async function enrol({ track, seq }: NamelessFace, name: string) {
  try {
    return await enrolFace(name, { face: track });
  } catch (error) {
    // The face is no longer in memory; its event may have a picture.
    if (!(error instanceof RequestFault) || error.status !== 404) throw error;
    return await enrolFace(name, { event: seq });
  }
}

/** Takes a wrong name back. "Undo" puts the photo that misled it back into use. */
export async function withdrawName(seq: number, person: string): Promise<void> {
  try {
    const { setAside } = await correctEvent(seq, person);
    const undo = async () => {
      for (const photo of setAside) await setPhotoAside(person, fileOf(photo), false);
      await loadPeople();
    };
    const text = texts.naming.withdrawn(nameOf(person), setAside.length);
    showToast(text, setAside.length > 0 ? undo : null, person);
    await loadPeople();
  } catch (error) {
    showFault(error);
  }
}

/** alice/1.jpg -> 1.jpg */
function fileOf(photo: string): string {
  return photo.slice(photo.indexOf('/') + 1);
}
