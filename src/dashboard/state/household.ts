import { effect, signal, untracked } from '@preact/signals';
import { listCameras, listPeople } from '../api/calls.js';
import type { Camera, PersonSummary } from '../api/model.js';
import { feed, offlineSince } from './feedConnection.js';
import { askedNow, whenForgotten } from './forgotten.js';
import { folded } from './typedName.js';

/** Everybody in the gallery; null until they are loaded. */
export const people = signal<readonly PersonSummary[] | null>(null);
/** Every configured camera; null until they are loaded. */
export const cameras = signal<readonly Camera[] | null>(null);

/** @throws RequestFault */
export async function loadPeople(): Promise<void> {
  people.value = await askedNow(listPeople);
}

/** @throws RequestFault */
export async function loadCameras(): Promise<void> {
  cameras.value = await listCameras();
}

whenForgotten((person) => {
  people.value = people.value?.filter(({ name }) => name !== person) ?? null;
});

/** Who is called as was typed: by the name in the gallery, or else by the name on the page. */
export function personNamed(typed: string): PersonSummary | undefined {
  const wanted = folded(typed);
  const calls = (name: string | null) => name !== null && folded(name) === wanted;
  return (
    people.value?.find(({ name }) => calls(name)) ??
    people.value?.find(({ displayName }) => calls(displayName))
  );
}

/** The name to show for a person. */
export function nameOf(person: string): string {
  return people.value?.find(({ name }) => name === person)?.displayName ?? person;
}

/** The name to show for a camera. */
export function cameraName(id: string): string {
  return cameras.value?.find((camera) => camera.id === id)?.name ?? id;
}

/** Cameras that see somebody now, as of the newest event. */
export function presentAt(person: string): string[] {
  const seen = [...feed.value.tracks.values()].filter((track) => track.person === person);
  return [...new Set(seen.map(({ camera }) => camera))];
}

let known = '';
/** A camera that was added or has sent its first frame, or a person who is not listed yet. */
effect(() => {
  const { cameras: states, tracks } = feed.value;
  const key = [...states.values()].map(({ id, state }) => `${id} ${state}`).join();
  const isNew = [...tracks.values()].some(
    ({ person }) => person !== null && !untracked(() => people.value)?.some(({ name }) => name === person),
  );
  if (key !== known && key !== '') {
    known = key;
    void loadCameras().catch(() => {});
  }
  if (isNew && untracked(() => people.value) !== null) void loadPeople().catch(() => {});
});

let wasOffline = false;
/** What has changed in the gallery during an outage. */
effect(() => {
  const isOffline = offlineSince.value !== null;
  if (wasOffline && !isOffline) void loadPeople().catch(() => {});
  wasOffline = isOffline;
});
