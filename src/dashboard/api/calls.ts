import type { EventPage, Health, PersonSettings, SpotterEvent, Visit } from './model.js';
import type { operations } from './schema.gen.js';
import { answerOf, client } from './transport.js';

/** Everything that the page asks of the daemon, one function per route. All throw RequestFault. */

export const fetchSession = () => answerOf(client.GET('/api/v1/session'));
export const signIn = (name: string, password: string) =>
  answerOf(client.POST('/api/v1/session', { body: { name, password } }));
export const signOut = () => answerOf(client.DELETE('/api/v1/session'));

export const listCameras = async () => (await answerOf(client.GET('/api/v1/cameras'))).cameras;

/** What a page of events is asked for; lists are joined by commas. */
export type EventQuery = NonNullable<operations['listEvents']['parameters']['query']>;

export const listEvents = async (query: EventQuery) =>
  (await answerOf<unknown>(client.GET('/api/v1/events', { params: { query } }))) as EventPage;
export const fetchEvent = async (seq: number) => {
  const params = { path: { seq }, query: { explain: true } };
  return (await answerOf<unknown>(client.GET('/api/v1/events/{seq}', { params }))) as SpotterEvent;
};
export const markReviewed = (seq: number, isReviewed: boolean) => {
  const params = { path: { seq } };
  const route = '/api/v1/events/{seq}/reviewed';
  return isReviewed ? answerOf(client.PUT(route, { params })) : answerOf(client.DELETE(route, { params }));
};
/** The faces that are in memory. */
export const listFaces = async () =>
  (await answerOf(client.GET('/api/v1/faces', { params: { query: { limit: 500 } } }))).faces;
/** Takes a wrong name back. */
export const correctEvent = (seq: number, not: string) =>
  answerOf(client.POST('/api/v1/events/{seq}/correction', { params: { path: { seq } }, body: { not } }));

/** All visits of a time, newest first. @param from @param to Unix time, ms */
export const listVisits = async (from: number, to: number) => {
  const visits: Visit[] = [];
  let older: { before?: number } | null = {};
  while (older !== null) {
    const query = { from: String(from), to: String(to), limit: 500, ...older };
    const page = await answerOf(client.GET('/api/v1/visits', { params: { query } }));
    visits.push(...page.visits);
    older = olderThan(page.next);
  }
  return visits;
};

/** The end of the next page. @param next its address */
function olderThan(next: string | null): { before: number } | null {
  return next === null ? null : { before: Number(new URL(next, location.origin).searchParams.get('before')) };
}

export const listPeople = async () => (await answerOf(client.GET('/api/v1/people'))).people;
export const fetchPerson = (name: string) =>
  answerOf(client.GET('/api/v1/people/{name}', { params: { path: { name } } }));
export const changePerson = (name: string, settings: Partial<PersonSettings>) =>
  answerOf(client.PATCH('/api/v1/people/{name}', { params: { path: { name } }, body: settings }));
export const removePerson = (name: string) =>
  answerOf(client.DELETE('/api/v1/people/{name}', { params: { path: { name } } }));
export const forgetPerson = (name: string) =>
  answerOf(client.POST('/api/v1/people/{name}/forget', { params: { path: { name } } }));

const PHOTOS = '/api/v1/people/{name}/photos';
const PHOTO = '/api/v1/people/{name}/photos/{file}';

export const addPhoto = (name: string, picture: Blob) =>
  answerOf(
    client.POST(PHOTOS, {
      params: { path: { name } },
      // The document describes bytes as a string.
      body: picture as unknown as string,
      bodySerializer: (body) => body,
      headers: { 'content-type': picture.type },
    }),
  );
/** Enrols a face as it was recognised: of a recent track, or of an event. */
export const enrolFace = (name: string, query: { face: string } | { event: number }) =>
  // The document does not say that there is no body then.
  answerOf(client.POST(PHOTOS, { params: { path: { name }, query }, body: undefined as unknown as string }));
/** @returns the name of the file, which may have got a number */
export const setPhotoAside = (name: string, file: string, setAside: boolean) =>
  answerOf(client.PATCH(PHOTO, { params: { path: { name, file } }, body: { setAside } }));
export const removePhoto = (name: string, file: string) =>
  answerOf(client.DELETE(PHOTO, { params: { path: { name, file } } }));
export const listFindings = async () => (await answerOf(client.GET('/api/v1/gallery/findings'))).findings;

export const fetchHealth = async () => (await answerOf<unknown>(client.GET('/api/v1/health'))) as Health;
export const fetchHealthHistory = () => answerOf(client.GET('/api/v1/health/history'));
/** null without a cluster. */
export const fetchCluster = async () => (await answerOf(client.GET('/api/v1/cluster'))).cluster;
export const listDeadLetters = async () => {
  const params = { query: { limit: 100 } };
  return (await answerOf(client.GET('/api/v1/dead-letters', { params }))).deadLetters;
};
export const resendLetter = (number: number) =>
  answerOf(client.POST('/api/v1/dead-letters/{number}', { params: { path: { number } } }));
export const dropLetter = (number: number) =>
  answerOf(client.DELETE('/api/v1/dead-letters/{number}', { params: { path: { number } } }));
