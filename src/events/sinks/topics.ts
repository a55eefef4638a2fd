import { createHash } from 'node:crypto';

/** The topics of docs/sinks.md. Names of people and ids of cameras contain no `/`, `+` or `#`. */
export class Topics {
  readonly prefix: string;
  /** Of the topics in the shape of Frigate's. */
  readonly frigate: string;

  /** @param prefix of every topic, without a trailing slash @param frigate by default below it */
  constructor(prefix: string, frigate = `${prefix}/frigate`) {
    this.prefix = prefix;
    this.frigate = frigate;
  }

  get available(): string {
    return `${this.prefix}/available`;
  }

  get events(): string {
    return `${this.prefix}/events`;
  }

  /** @param who a person's name, or `unknown` */
  matches(who: string): string {
    return `${this.prefix}/matches/${who}`;
  }

  camera(id: string, what: 'events' | 'state' | 'people' | 'occupancy' | 'last_person' | 'face'): string {
    return `${this.prefix}/cameras/${id}/${what}`;
  }

  person(name: string): string {
    return `${this.prefix}/people/${name}`;
  }

  ofFrigate(what: 'events' | 'tracked_object_update'): string {
    return `${this.frigate}/${what}`;
  }

  personAttributes(name: string): string {
    return `${this.prefix}/people/${name}/attributes`;
  }
}

/** Which families of topics are published, as `mqtt.topics` has them. */
export interface TopicFamilies {
  /** `spotter/available`. */
  available: boolean;
  /** `spotter/events`. */
  events: boolean;
  /** `spotter/matches/<person>`. */
  matches: boolean;
  /** `spotter/cameras/<camera>/events`. */
  cameraEvents: boolean;
  /** The retained topics of cameras. */
  state: boolean;
  /** The retained topics of people. */
  people: boolean;
  /** `spotter/cameras/<camera>/face`, retained: the picture of the last face. */
  faces: boolean;
}

/** Every family but pictures. */
export const ALL_FAMILIES: TopicFamilies = {
  available: true,
  events: true,
  matches: true,
  cameraEvents: true,
  state: true,
  people: true,
  faces: false,
};

/** The pattern of all topics that differ from this one in the name of a person or camera only. */
export function familyOf(topics: Topics, topic: string): string {
  const { prefix } = topics;
  if (isOfFrigate(topics, topic)) return topic;
  if (isAnnouncement(prefix, topic))
    return topic.replace(/\/[^/]+\/([^/]+)\/[^/]+\/config$/, '/+/$1/+/config');
  const [first, second, ...rest] = topic.slice(prefix.length + 1).split('/');
  return [prefix, first, ...(second === undefined ? [] : ['+', ...rest])].join('/');
}

/** The setting that ends all messages to a topic. */
export function switchOf(topics: Topics, topic: string): string {
  const { prefix } = topics;
  if (isOfFrigate(topics, topic)) return 'mqtt.frigate: false';
  if (isAnnouncement(prefix, topic)) return 'mqtt.discovery: false';
  const [first, , third] = topic.slice(prefix.length + 1).split('/');
  const ofCameras = { events: 'cameraEvents', face: 'faces' }[third] ?? 'state';
  return `mqtt.topics.${first === 'cameras' ? ofCameras : first}: false`;
}

function isOfFrigate({ frigate }: Topics, topic: string): boolean {
  return topic.startsWith(`${frigate}/`);
}

/** Whether a topic is one of discovery, whose prefix may be below ours. */
function isAnnouncement(prefix: string, topic: string): boolean {
  return !topic.startsWith(`${prefix}/`) || /\/spotter_[^/]+\/[^/]+\/config$/.test(topic);
}

/** Filters of the retained topics of people, and of cameras. */
export function retainedFilters({ prefix }: Topics): { people: string[]; cameras: string[] } {
  return {
    people: [`${prefix}/people/+`, `${prefix}/people/+/attributes`],
    cameras: ['state', 'people', 'occupancy', 'last_person', 'face'].map(
      (what) => `${prefix}/cameras/+/${what}`,
    ),
  };
}

/**
 * A name as Home Assistant allows it in ids: ASCII letters, digits, underscore and hyphen. Where characters are lost, a part
 * of the hash of the name follows, so that two people never share an id.
 */
export function slugOf(name: string): string {
  if (/^[a-z0-9-]+$/.test(name)) return name;
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return plain === '' ? hash : `${plain}_${hash}`;
}
