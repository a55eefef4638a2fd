import { signal } from '@preact/signals';
import { listFaces } from '../api/calls.js';

/** Tracks whose face the daemon has in memory, as of an event; null until they are loaded. */
export const facesInMemory = signal<{ tracks: ReadonlySet<string>; seq: number } | null>(null);

/** @param seq of the newest event that the page has */
export async function loadFacesInMemory(seq: number): Promise<void> {
  const faces = await listFaces().catch(() => []);
  facesInMemory.value = { tracks: new Set(faces.map(({ track }) => track)), seq };
}

/** Whether there is a picture of a face, so that none is asked for that has long gone. @param seq of its event */
export function isInMemory(track: string, seq: number): boolean {
  const known = facesInMemory.value;
  return known !== null && (known.tracks.has(track) || seq > known.seq);
}
