import type { TemplateValue } from '../core/template.js';
import type { SpotterEvent } from './event.js';
import { eventText, type WriteName } from './eventText.js';

/** Placeholders of templates for events, and how each is filled. @param link address of the snapshot; null without one. @param shownName see {@link eventText} */
const VALUES = {
  text: (event, _link, shownName) => eventText(event, undefined, shownName),
  kind: ({ kind }) => kind,
  camera: ({ camera }) => camera,
  person: ({ person }) => person,
  displayName: ({ displayName, person }) => displayName ?? person,
  withdrawn: ({ withdrawn }) => withdrawn,
  similarity: ({ similarity }) => similarity,
  threshold: ({ threshold }) => threshold,
  candidates: ({ candidates }) => candidates ?? [],
  zones: ({ zones }) => zones,
  track: ({ track }) => track,
  notify: ({ notify }) => notify,
  seq: ({ seq }) => seq,
  id: ({ id }) => id,
  capturedAt: ({ capturedAt }) => capturedAt,
  publishedAt: ({ publishedAt }) => publishedAt,
  snapshot: (_event, link) => link,
} satisfies Record<
  string,
  (event: SpotterEvent, link: string | null, shownName?: WriteName) => TemplateValue
>;

/** The names of all placeholders. */
export const PLACEHOLDERS: readonly string[] = Object.keys(VALUES);

/** The value of every placeholder for an event. @param link address of its snapshot; null without one */
export function placeholderValues(
  event: SpotterEvent,
  link: string | null,
  shownName?: WriteName,
): Record<string, TemplateValue> {
  return Object.fromEntries(
    Object.entries(VALUES).map(([name, value]) => [name, value(event, link, shownName)]),
  );
}
