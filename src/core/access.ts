/** What a caller may do, for tokens of programs; a {@link Role} stands for several of them. */
export const SCOPES = [
  /** Events, visits, their pictures, and the faces seen recently. */
  'events:read',
  /** The state of cameras, and their pictures. */
  'cameras:read',
  /** People and their photos. */
  'people:read',
  /** Photos and people added, changed, set aside and removed; wrong names taken back. */
  'people:write',
  /** Everything of a person erased, history included. */
  'people:forget',
  /** A picture of the caller's own recognised. */
  'recognize',
  /** Health, sinks, dead letters, metrics, the configuration without secrets. */
  'service:read',
  /** Dead letters sent again or dropped, the event log copied. */
  'service:write',
  /** Tokens made and revoked, sessions of others ended. */
  'access:write',
] as const;

/** One of {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** What a user is. */
export type Role = 'viewer' | 'operator' | 'admin';

const VIEWER: readonly Scope[] = ['events:read', 'cameras:read', 'people:read'];

/** What each role may do. */
export const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: VIEWER,
  operator: [...VIEWER, 'people:write', 'recognize', 'service:read'],
  admin: SCOPES,
};

/** Who sends a request: a user, a program with a token, or anybody where no sign-in is required. */
export interface Caller {
  /** Of the user or the token; null without a sign-in. */
  name: string | null;
  /** Null for a token and without a sign-in. */
  role: Role | null;
  scopes: ReadonlySet<Scope>;
  /** Ids of the only cameras that the caller may see; null for all. */
  cameras: readonly string[] | null;
}

/** Anybody, where no sign-in is required: may do everything. */
export const ANYBODY: Caller = { name: null, role: null, scopes: new Set(SCOPES), cameras: null };

/** Anybody from another machine, where the network is trusted: may read. */
export const READER: Caller = {
  ...ANYBODY,
  scopes: new Set(['events:read', 'cameras:read', 'people:read', 'service:read']),
};

/** Nobody in particular, where a sign-in is required and there is none: may use what is public. */
export const NOBODY: Caller = { name: null, role: null, scopes: new Set(), cameras: [] };

/** Whether a caller may see a camera. */
export function maySee({ cameras }: Pick<Caller, 'cameras'>, camera: string): boolean {
  return cameras === null || cameras.includes(camera);
}

/** Whether a scope concerns all cameras: the state of the service shows every one, and who is forgotten is forgotten by all. */
function isOfAllCameras(scope: Scope): boolean {
  return scope.startsWith('service:') || scope === 'people:forget';
}

/** What is left of scopes for who may not see all cameras. */
export function scopesWithin(scopes: readonly Scope[], cameras: readonly string[] | null): Scope[] {
  return scopes.filter((scope) => cameras === null || !isOfAllCameras(scope));
}
