import type {
  AddedPhoto,
  Camera,
  DeadLetter,
  EventPage,
  GalleryFinding,
  Health,
  HealthHistory,
  Person,
  PersonSettings,
  PersonSummary,
  Session,
  SpotterEvent,
  Visit,
} from './model.js';
import { send } from './transport.js';

/** Everything that the page asks of the daemon, one function per route. All throw RequestFault. */

const part = encodeURIComponent;

export const fetchSession = () => send<Session>('GET', '/session');
export const signIn = (name: string, password: string) =>
  send<Session>('POST', '/session', { body: { name, password } });
export const signOut = () => send<void>('DELETE', '/session');

export const listCameras = async () => (await send<{ cameras: Camera[] }>('GET', '/cameras')).cameras;

/** What a page of events is asked for; lists are joined by commas. */
export interface EventQuery {
  before?: number | undefined;
  after?: number | undefined;
  from?: number | undefined;
  to?: number | undefined;
  camera?: string | undefined;
  person?: string | undefined;
  kind?: string | undefined;
  reviewed?: boolean | undefined;
  limit?: number;
}

export const listEvents = (query: EventQuery) => send<EventPage>('GET', '/events', { query: { ...query } });
export const fetchEvent = (seq: number) =>
  send<SpotterEvent>('GET', `/events/${seq}`, { query: { explain: true } });
export const markReviewed = (seq: number, isReviewed: boolean) =>
  send<void>(isReviewed ? 'PUT' : 'DELETE', `/events/${seq}/reviewed`);
/** Takes a wrong name back. */
export const correctEvent = (seq: number, not: string) =>
  send<{ event: number | null; setAside: string[] }>('POST', `/events/${seq}/correction`, { body: { not } });

export const listVisits = async (query: { from: number; to: number; limit: number }) =>
  (await send<{ visits: Visit[] }>('GET', '/visits', { query })).visits;

export const listPeople = async () => (await send<{ people: PersonSummary[] }>('GET', '/people')).people;
export const fetchPerson = (name: string) => send<Person>('GET', `/people/${part(name)}`);
export const addPerson = (name: string) => send<unknown>('POST', '/people', { body: { name } });
export const changePerson = (name: string, settings: Partial<PersonSettings>) =>
  send<Person>('PATCH', `/people/${part(name)}`, { body: settings });
export const removePerson = (name: string) => send<unknown>('DELETE', `/people/${part(name)}`);
export const forgetPerson = (name: string) => send<unknown>('POST', `/people/${part(name)}/forget`);
export const addPhoto = (name: string, picture: Blob) =>
  send<AddedPhoto>('POST', `/people/${part(name)}/photos`, { body: picture });
/** Enrols a face as it was recognised: of a recent track, or of an event. */
export const enrolFace = (name: string, of: { face: string } | { event: number }) =>
  send<AddedPhoto>('POST', `/people/${part(name)}/photos`, { query: { ...of } });
/** @param file as in `setAside` of a correction: NAME/FILE, or FILE */
export const setPhotoAside = (name: string, file: string, isAside: boolean) =>
  send<{ file: string }>('PATCH', `/people/${part(name)}/photos/${part(file)}`, {
    body: { setAside: isAside },
  });
export const removePhoto = (name: string, file: string) =>
  send<void>('DELETE', `/people/${part(name)}/photos/${part(file)}`);
export const listFindings = async () =>
  (await send<{ findings: GalleryFinding[] }>('GET', '/gallery/findings')).findings;

export const fetchHealth = () => send<Health>('GET', '/health');
export const fetchHealthHistory = () => send<HealthHistory>('GET', '/health/history');
export const listDeadLetters = async () =>
  (await send<{ deadLetters: DeadLetter[] }>('GET', '/dead-letters', { query: { limit: 100 } })).deadLetters;
export const resendLetter = (number: number) => send<unknown>('POST', `/dead-letters/${number}`);
export const dropLetter = (number: number) => send<void>('DELETE', `/dead-letters/${number}`);
