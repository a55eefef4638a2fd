import { openFilesLimit } from '../core/openFiles.js';

/** Files kept free for the engine, its decoders, the log and the gallery. */
const RESERVED_FILES = 256;
/** Part of the connections that WebSocket clients may hold; /healthz and the API use the rest. */
const CLIENT_SHARE = 0.8;

/** How many connections may be open at a time. */
export interface ConnectionLimits {
  /** All connections, 1 or more. */
  connections: number;
  /** WebSocket clients among them, 1 or more. */
  clients: number;
}

/**
 * The limits in force for a configured number of connections: fewer where the process may open few files, since 256 of
 * them, at most half, stay free.
 *
 * @param configured 1 or more
 * @param openFiles how many files the process may open; by default the limit of the system
 */
export function connectionLimits(configured: number, openFiles = openFilesLimit()): ConnectionLimits {
  const available = openFiles - Math.min(RESERVED_FILES, Math.ceil(openFiles / 2));
  const connections = Math.max(1, Math.min(configured, available));
  return { connections, clients: Math.max(1, Math.floor(connections * CLIENT_SHARE)) };
}
