import { createHash } from 'node:crypto';

/** The topics of docs/sinks.md. Names of people and ids of cameras contain no `/`, `+` or `#`. */
export class Topics {
  readonly prefix: string;

  /** @param prefix of every topic, without a trailing slash */
  constructor(prefix: string) {
    this.prefix = prefix;
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

  camera(id: string, what: 'events' | 'state' | 'people' | 'occupancy' | 'last_person'): string {
    return `${this.prefix}/cameras/${id}/${what}`;
  }

  person(name: string): string {
    return `${this.prefix}/people/${name}`;
  }

  personAttributes(name: string): string {
    return `${this.prefix}/people/${name}/attributes`;
  }
}

/** Filters of the retained topics of people, and of cameras. */
export function retainedFilters({ prefix }: Topics): { people: string[]; cameras: string[] } {
  return {
    people: [`${prefix}/people/+`, `${prefix}/people/+/attributes`],
    cameras: ['state', 'people', 'occupancy', 'last_person'].map((what) => `${prefix}/cameras/+/${what}`),
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
