import type { CameraState } from '../../core/cameraState.js';
import type { InView } from '../inView.js';
import type { Discovery } from './discovery.js';
import type { TopicFamilies, Topics } from './topics.js';

/** The state of a person who is at no camera; Home Assistant's word. */
const NOT_HOME = 'not_home';

/** What the retained messages are made of. */
export interface RetainedState {
  /** Display names by name; null until the gallery has been read. */
  people: ReadonlyMap<string, string> | null;
  cameras: ReadonlyMap<string, CameraState>;
  inView: InView;
}

/** Every retained message as it has to be now, by topic, announcements first; null: leave what the broker has. */
export function retainedMessages(
  { people, cameras, inView }: RetainedState,
  topics: Topics,
  families: TopicFamilies,
  discovery: Discovery | null,
): Map<string, string | null> {
  const messages = new Map<string, string | null>();
  const announced = [
    ...[...cameras.keys()].flatMap((id) => discovery?.camera(id) ?? []),
    ...[...(people ?? [])].flatMap(([name, shown]) => discovery?.person(name, shown) ?? []),
  ];
  for (const { topic, payload } of announced) messages.set(topic, payload);
  // Whoever was at a camera of a node that is gone may have left since.
  const isWatched = (id: string) => cameras.get(id) !== 'waiting';
  for (const [id, state] of families.state ? cameras : []) {
    messages.set(topics.camera(id, 'state'), state);
    messages.set(topics.camera(id, 'people'), JSON.stringify(isWatched(id) ? inView.peopleAt(id) : []));
    messages.set(topics.camera(id, 'occupancy'), isWatched(id) && inView.isOccupied(id) ? 'ON' : 'OFF');
    messages.set(topics.camera(id, 'last_person'), inView.lastPersonAt(id));
  }
  for (const id of families.faces ? cameras.keys() : []) messages.set(topics.camera(id, 'face'), null);
  for (const [name, shown] of (families.people && people) || []) {
    const found = inView.whereIs(name);
    const places = found?.cameras.filter(isWatched) ?? [];
    const since = places.length > 0 ? found?.since : null;
    messages.set(topics.person(name), places[0] ?? NOT_HOME);
    const attributes = {
      person: name,
      display_name: shown,
      present: places.length > 0,
      cameras: places,
      since,
    };
    messages.set(topics.personAttributes(name), JSON.stringify(attributes));
  }
  return messages;
}
