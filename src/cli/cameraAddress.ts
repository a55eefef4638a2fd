import { type CameraDraft, checkedCamera } from '../config/cameraDraft.js';
import { isRecording } from '../config/cameraSchema.js';
import { parseAddress } from '../core/address.js';
import { cameraIdOf } from './cameraIds.js';

/** A camera of the command line. */
export interface CameraRequest {
  /** null: from the address. */
  id?: string | undefined;
  url: string;
  transport?: 'tcp' | 'udp' | undefined;
}

/**
 * The camera that an address of the command line stands for; its id, where none is given, is one that is free.
 *
 * @param folder base of relative paths
 * @param taken ids that are in use
 * @throws SpotterError usage; the message contains no secret
 */
export function draftCamera(
  { id, url, transport }: CameraRequest,
  folder: string,
  taken: readonly string[] = [],
): CameraDraft {
  // The name comes from what references stand for, and only a valid address has a host.
  const draft = checkedCamera({ id: id ?? 'new', url, transport }, folder);
  if (id !== undefined) return draft;
  const { url: address } = draft.config;
  const { kind, name } = isRecording(address) ? { kind: null, name: address } : parseAddress(address);
  const host = kind !== null && /^(rtsp|http)/.test(kind) ? name : null;
  const own = kind === 'test' ? 'test' : kind === 'device' ? name : address;
  return { ...draft, config: { ...draft.config, id: cameraIdOf(own, host, new Set(taken)) } };
}
