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
  families: Pick<TopicFamilies, 'available' | 'state' | 'people'>;
}

/** A retained message for Home Assistant. */
export interface DiscoveryMessage {
  topic: string;
  payload: string;
}

/**
 * Announcements for the MQTT discovery of Home Assistant, one per entity: a device for spotter with a sensor per person, and
 * a device per camera. The ids depend on the names alone, so that settings made in Home Assistant last.
 */
export class Discovery {
  readonly #options: DiscoveryOptions;
  /** The `node_id` of the topics, and the prefix of every unique id. */
  readonly #node: string;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#node = `spotter_${options.installation}`;
  }

  /** Topic filter of everything that this installation has announced. */
  get filter(): string {
    return `${this.#options.prefix}/+/${this.#node}/+/config`;
  }

  /** Whether a topic is one of this installation's announcements. */
  isOwn(topic: string): boolean {
    return topic.startsWith(`${this.#options.prefix}/`) && topic.split('/').at(-3) === this.#node;
  }

  /** A sensor for the camera that a person is at; none without the topics of people. @param shown the display name */
  person(name: string, shown: string): DiscoveryMessage[] {
    const { topics, families } = this.#options;
    if (!families.people) return [];
    const message = this.#entity('sensor', `person_${slugOf(name)}`, {
      name: shown,
      icon: 'mdi:face-recognition',
      state_topic: topics.person(name),
      json_attributes_topic: topics.personAttributes(name),
      ...(families.available && { availability_topic: topics.available }),
      device: this.#device(),
    });
    return [message];
  }

  /** Where a person's sensor is announced. */
  personTopic(name: string): string {
    return this.#topic('sensor', `person_${slugOf(name)}`);
  }

  /** Entities of a camera: whether it is occupied, by whom, and who was named last; none without the topics of cameras. */
  camera(id: string): DiscoveryMessage[] {
    const { topics, families } = this.#options;
    if (!families.state) return [];
    const spotter = families.available ? [{ topic: topics.available }] : [];
    const shared = {
      availability_mode: 'all',
      availability: [
        ...spotter,
        {
          topic: topics.camera(id, 'state'),
          value_template: "{{ 'online' if value == 'live' else 'offline' }}",
        },
      ],
      device: {
        identifiers: [`${this.#node}_${id}`],
        name: id,
        manufacturer: 'spotter',
        model: 'camera',
        via_device: this.#node,
      },
    };
    return [
      this.#entity('binary_sensor', `${id}_occupancy`, {
        name: 'Occupancy',
        device_class: 'occupancy',
        state_topic: topics.camera(id, 'occupancy'),
        ...shared,
      }),
      this.#entity('sensor', `${id}_people`, {
        name: 'People',
        icon: 'mdi:account-group',
        state_topic: topics.camera(id, 'people'),
        // Home Assistant allows 255 characters in a state, and ignores an empty one.
        value_template: "{{ (value_json | join(', '))[:255] if value_json else 'nobody' }}",
        ...shared,
      }),
      this.#entity('sensor', `${id}_last_person`, {
        name: 'Last person',
        icon: 'mdi:account-clock',
        state_topic: topics.camera(id, 'last_person'),
        ...shared,
        // Still true while the camera is unavailable.
        availability: spotter,
      }),
    ];
  }

  #device(): object {
    return {
      identifiers: [this.#node],
      name: 'spotter',
      manufacturer: 'spotter',
      model: 'face watch',
      sw_version: this.#options.version,
    };
  }

  #entity(component: 'sensor' | 'binary_sensor', id: string, config: object): DiscoveryMessage {
    const origin = { name: 'spotter', sw_version: this.#options.version };
    const payload = { unique_id: `${this.#node}_${id}`, ...config, origin };
    return { topic: this.#topic(component, id), payload: JSON.stringify(payload) };
  }

  #topic(component: 'sensor' | 'binary_sensor', id: string): string {
    return `${this.#options.prefix}/${component}/${this.#node}/${id}/config`;
  }
}
