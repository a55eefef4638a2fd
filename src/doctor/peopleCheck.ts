import type { Config } from '../config/schema.js';
import { meantOr } from '../core/nearest.js';
import { isSamePerson } from '../core/personName.js';
import { peopleOf } from '../gallery/edit.js';
import { type Finding, findingsOf } from './finding.js';

/** Finds filters of webhooks that name nobody: they would never receive an event. Without a gallery, nothing is known of people. */
export async function checkPeople({ webhooks, gallery }: Config): Promise<Finding[]> {
  if (webhooks.every(({ people }) => people.length === 0)) return [];
  const known = await peopleOf(gallery.folder).catch(() => null);
  if (!known) return [];
  return webhooks.flatMap(({ id, people }, index) =>
    people.flatMap((person, place) => {
      if (known.some((one) => isSamePerson(one, person))) return [];
      const { fault } = findingsOf('webhook', { subject: id, key: `webhooks[${index}].people[${place}]` });
      const remedy = meantOr(person, known, 'add photos, or remove the name');
      return [fault(`nobody in the gallery is called ${person}; ${remedy}`)];
    }),
  );
}
