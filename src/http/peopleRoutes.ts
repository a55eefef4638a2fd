import { z } from 'zod';
import type { Caller } from '../core/access.js';
import { PLAIN_TEXT, READABLE } from '../core/readableText.js';
import { time } from './answerParts.js';
import type { Api } from './application.js';
import { refuseError } from './errorAnswer.js';

const text = (most: number) => z.string().max(most).nullable();
/** The settings of a person, as in person.yaml. */
const settings = z
  .object({
    displayName: text(100).describe('Name in events; the name of the person stays the key.'),
    threshold: z
      .number()
      .min(-1)
      .max(1)
      .nullable()
      .describe('Cosine similarity from which a face is this person; null: that of the camera.'),
    notify: z.boolean().describe('false: events of this person never notify.'),
    note: text(1000),
    validUntil: z.iso
      .date({ error: 'must be a date such as 2026-12-31' })
      .nullable()
      .describe('Last day on which anybody is matched with this person.'),
  })
  .meta({ id: 'PersonSettings' });
const change = z.strictObject({
  ...settings.partial().shape,
  displayName: settings.shape.displayName.refine(...READABLE).optional(),
  note: settings.shape.note.refine(...PLAIN_TEXT).optional(),
  notify: z.boolean().nullable().optional(),
});

const photo = z
  .object({
    file: z.string(),
    state: z.enum(['used', 'unusable', 'setAside']),
    fault: z.string().nullable().describe('Why it is unusable, as a code.'),
    message: z.string().nullable().describe('The same as a sentence.'),
    picture: z.string().describe('Address of the photo.'),
    findings: z.array(z.string()).describe('What a check of the gallery finds about it.'),
  })
  .meta({ id: 'Photo' });
const brief = z.object({
  name: z.string(),
  displayName: z.string().nullable(),
  photos: z.int().describe('Photos in use.'),
  unusable: z.int(),
  setAside: z.int(),
  notify: z.boolean(),
  threshold: z.number().nullable(),
  note: z.string().nullable(),
  validUntil: z.string().nullable(),
  presentAt: z.array(z.string()).describe('Cameras at which the person is now.'),
  lastSeenAt: time.nullable(),
  cover: z.string().nullable().describe('Address of a photo.'),
});
const person = brief
  .extend({
    settings,
    settingsFault: z
      .string()
      .nullable()
      .describe(
        'Why person.yaml is not valid; settings has its last valid ones. null: it is valid, or missing.',
      ),
    photos: z.array(photo),
    used: z.int().describe('Photos in use.'),
  })
  .meta({ id: 'Person' });
const finding = z
  .object({
    kind: z.string(),
    people: z.array(z.string()),
    photos: z.array(z.string()).describe('Relative to the gallery.'),
    message: z.string(),
    advice: z.string().nullable(),
  })
  .meta({ id: 'Finding' });

/** A change of settings; null removes one. */
export type SettingsInput = z.output<typeof change>;

/** The people in the gallery. Everything rejects with a SpotterError. */
export interface PeopleViews {
  /** The people, with what the caller may see of them. */
  people: (caller: Caller) => Promise<z.input<typeof brief>[]>;
  person: (name: string, caller: Caller) => Promise<z.input<typeof person>>;
  createPerson: (name: string, settings: SettingsInput) => Promise<void>;
  changePerson: (name: string, settings: SettingsInput) => Promise<void>;
  /** @returns what was removed, relative to the gallery */
  removePerson: (name: string) => Promise<string[]>;
  findings: () => Promise<{ checkedAtMs: number; findings: z.input<typeof finding>[] }>;
}

const params = z.object({ name: z.string() });
const BASE = '/api/v1/people';

/** Adds the routes of people and their settings. */
export function addPeopleRoutes(app: Api, views: PeopleViews): void {
  app.get(
    BASE,
    {
      config: { needs: 'people:read' },
      schema: {
        operationId: 'listPeople',
        tags: ['people'],
        summary: 'The people in the gallery',
        response: { 200: z.object({ people: z.array(brief.meta({ id: 'PersonBrief' })) }) },
      },
    },
    async ({ caller }, reply) =>
      views.people(caller).then(
        (people) => ({ people }),
        (error: unknown) => refuseError(reply, error),
      ),
  );
  app.post(
    BASE,
    {
      config: { needs: 'people:write' },
      schema: {
        operationId: 'createPerson',
        tags: ['people'],
        summary: 'Add a person, without photos yet',
        body: z.strictObject({ name: z.string(), ...change.shape }),
        response: { 201: person },
      },
    },
    async ({ body: { name, ...given }, caller }, reply) => {
      try {
        await views.createPerson(name, given);
        reply.code(201);
        return await views.person(name, caller);
      } catch (error) {
        return refuseError(reply, error);
      }
    },
  );
  app.get(
    `${BASE}/:name`,
    {
      config: { needs: 'people:read' },
      schema: {
        operationId: 'getPerson',
        tags: ['people'],
        summary: 'A person with settings and photos',
        params,
        response: { 200: person },
      },
    },
    async ({ params: { name }, caller }, reply) =>
      views.person(name, caller).catch((error: unknown) => refuseError(reply, error)),
  );
  app.patch(
    `${BASE}/:name`,
    {
      config: { needs: 'people:write' },
      schema: {
        operationId: 'changePerson',
        tags: ['people'],
        summary: 'Change settings of a person; null removes one',
        params,
        body: change,
        response: { 200: person },
      },
    },
    async ({ params: { name }, body, caller }, reply) => {
      try {
        await views.changePerson(name, body);
        return await views.person(name, caller);
      } catch (error) {
        return refuseError(reply, error);
      }
    },
  );
  app.delete(
    `${BASE}/:name`,
    {
      config: { needs: 'people:write' },
      schema: {
        operationId: 'removePerson',
        tags: ['people'],
        summary: 'Remove a person with all photos and settings; events stay',
        params,
        response: { 200: z.object({ removed: z.array(z.string()) }) },
      },
    },
    async ({ params: { name } }, reply) =>
      views.removePerson(name).then(
        (removed) => ({ removed }),
        (error: unknown) => refuseError(reply, error),
      ),
  );
  app.get(
    '/api/v1/gallery/findings',
    {
      config: { needs: 'people:read' },
      schema: {
        operationId: 'listFindings',
        tags: ['people'],
        summary: 'What a check of the gallery finds',
        response: { 200: z.object({ checkedAt: time, findings: z.array(finding) }) },
      },
    },
    async (_request, reply) =>
      views.findings().then(
        ({ checkedAtMs, findings }) => ({ checkedAt: new Date(checkedAtMs).toISOString(), findings }),
        (error: unknown) => refuseError(reply, error),
      ),
  );
}
