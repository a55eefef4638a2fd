import { createHash } from 'node:crypto';

/** The topics of docs/sinks.md. Names of people have no `/`, `+` or `#` in them, and ids of cameras neither. */
export class Topics {
  readonly prefix: string;

  /** @param prefix what every topic begins with, without a slash at its end */
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

/** Filters of the topics that are retained for people, and for cameras. */
export function retainedFilters({ prefix }: Topics): { people: string[]; cameras: string[] } {
  return {
    people: [`${prefix}/people/+`, `${prefix}/people/+/attributes`],
    cameras: ['state', 'people', 'occupancy', 'last_person'].map((what) => `${prefix}/cameras/+/${what}`),
  };
}

/**
 * A name as Home Assistant allows it in ids: letters and digits of ASCII, underscore and hyphen. What is lost of the
 * name is made up for by a part of its hash, so that two people never share an id.
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
