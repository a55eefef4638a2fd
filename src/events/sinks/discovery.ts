import { EVENT_KINDS } from '../event.js';
import { slugOf, type TopicFamilies, type Topics } from './topics.js';

/** What the announcements of this installation are made of. */
export interface DiscoveryOptions {
  /** The discovery prefix of Home Assistant, such as `homeassistant`. */
  prefix: string;
  /** Unique to this installation: letters, digits, `_` and `-`. */
  installation: string;
  version: string;
  topics: Topics;
  /** Entities whose topics are not published are not announced. */
  families: Pick<TopicFamilies, 'available' | 'state' | 'people' | 'cameraEvents' | 'faces'>;
}

/** A retained message for Home Assistant. */
export interface DiscoveryMessage {
  topic: string;
  payload: string;
}

/** The entities of one announcement by their keys; one with its platform only is removed. */
type Components = Record<string, { p: string } & Record<string, unknown>>;

/** Sent to an announcement of one entity, it lets Home Assistant keep the entity's settings when it is announced with its device. */
export const MIGRATE = JSON.stringify({ migrate_discovery: true });

/** Turns an event into what an event entity takes: its kind, and everything else as attributes. */
const EVENT_TEMPLATE = [
  "{{ {'event_type': value_json.kind",
  ...[
    'person',
    'displayName',
    'similarity',
    'odds',
    'reason',
    'notify',
    'zones',
    'track',
    'seq',
    'snapshot',
  ].map((field) => `'${field.replace('N', '_n')}': value_json.${field}`),
].join(', ');

/**
 * Announcements for the MQTT discovery of Home Assistant, in its form for devices: one message per camera with all entities, and one per
 * person, all of the device of spotter. The ids depend on the names alone, so that settings made in Home Assistant last.
 */
export class Discovery {
  readonly #options: DiscoveryOptions;
  /** The `node_id` of the topics, and the prefix of every unique id. */
  readonly #node: string;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#node = `spotter_${options.installation}`;
  }

  /** Topic filter of everything that this installation has announced, one entity per message in earlier versions. */
  get filter(): string {
    return `${this.#options.prefix}/+/${this.#node}/+/config`;
  }

  /** Whether a topic is one of this installation's announcements. */
  isOwn(topic: string): boolean {
    return topic.startsWith(`${this.#options.prefix}/`) && topic.split('/').at(-3) === this.#node;
  }

  /** Whether a topic is an announcement of one entity, as earlier versions had them. */
  isOfEntity(topic: string): boolean {
    return this.isOwn(topic) && topic.split('/').at(-4) !== 'device';
  }

  /** A sensor for the camera that a person is at; none without the topics of people. @param shown the display name */
  person(name: string, shown: string): DiscoveryMessage[] {
    const { topics, families, version } = this.#options;
    if (!families.people) return [];
    const object = `person_${slugOf(name)}`;
    const device = { identifiers: [this.#node], name: 'spotter', model: 'face watch', sw_version: version };
    const sensor = {
      p: 'sensor',
      unique_id: `${this.#node}_${object}`,
      name: shown,
      icon: 'mdi:face-recognition',
      state_topic: topics.person(name),
      json_attributes_topic: topics.personAttributes(name),
      ...(families.available && { availability_topic: topics.available }),
    };
    return [this.#message(object, device, { [object]: sensor })];
  }

  /** Where a person's sensor is announced, and where earlier versions announced it. */
  personTopics(name: string): string[] {
    return ['device', 'sensor'].map((component) => this.#topic(component, `person_${slugOf(name)}`));
  }

  /** The entities of a camera; none without its retained topics. */
  camera(id: string): DiscoveryMessage[] {
    if (!this.#options.families.state) return [];
    const device = {
      identifiers: [`${this.#node}_${id}`],
      name: id,
      model: 'camera',
      via_device: this.#node,
    };
    return [this.#message(id, device, this.#componentsOf(id))];
  }

  #componentsOf(id: string): Components {
    const { topics, families } = this.#options;
    const spotter = families.available ? [{ topic: topics.available }] : [];
    const live = {
      topic: topics.camera(id, 'state'),
      value_template: "{{ 'online' if value == 'live' else 'offline' }}",
    };
    const whileLive = { availability_mode: 'all', availability: [...spotter, live] };
    // Still true while the camera is unavailable.
    const always = { availability: spotter };
    const entity = (key: string, name: string, p: string) => ({
      p,
      unique_id: `${this.#node}_${id}_${key}`,
      name,
    });
    return {
      occupancy: {
        ...entity('occupancy', 'Occupancy', 'binary_sensor'),
        device_class: 'occupancy',
        state_topic: topics.camera(id, 'occupancy'),
        ...whileLive,
      },
      people: {
        ...entity('people', 'People', 'sensor'),
        icon: 'mdi:account-group',
        state_topic: topics.camera(id, 'people'),
        // Home Assistant allows 255 characters in a state, and ignores an empty one.
        value_template: "{{ (value_json | join(', '))[:255] if value_json else 'nobody' }}",
        ...whileLive,
      },
      last_person: {
        ...entity('last_person', 'Last person', 'sensor'),
        icon: 'mdi:account-clock',
        state_topic: topics.camera(id, 'last_person'),
        ...always,
      },
      events: families.cameraEvents
        ? {
            ...entity('events', 'Events', 'event'),
            icon: 'mdi:face-recognition',
            event_types: [...EVENT_KINDS],
            state_topic: topics.camera(id, 'events'),
            value_template: `${EVENT_TEMPLATE}} | to_json }}`,
            ...always,
          }
        : { p: 'event' },
      face: families.faces
        ? {
            ...entity('face', 'Last face', 'image'),
            image_topic: topics.camera(id, 'face'),
            content_type: 'image/jpeg',
            ...always,
          }
        : { p: 'image' },
    };
  }

  #message(object: string, device: object, components: Components): DiscoveryMessage {
    const payload = {
      dev: { ...device, manufacturer: 'spotter' },
      o: { name: 'spotter', sw: this.#options.version },
      cmps: components,
    };
    return { topic: this.#topic('device', object), payload: JSON.stringify(payload) };
  }

  #topic(component: string, object: string): string {
    return `${this.#options.prefix}/${component}/${this.#node}/${object}/config`;
  }
}
