import { isRecording } from '../config/cameraSchema.js';
import type { CameraConfig } from '../config/schema.js';
import { parseAddress } from '../core/address.js';

/** A camera of the configuration, with what has to be the same on every node that has it. */
export interface DefinedCamera {
  id: string;
  nodes: readonly string[] | null;
  definition: unknown;
}

/** What the nodes of a cluster compare of their cameras: all but the name, and the login, which may differ. */
export function definedCameras(cameras: readonly CameraConfig[]): DefinedCamera[] {
  return cameras.map(({ name: _, ...camera }) => ({
    id: camera.id,
    nodes: camera.nodes,
    definition: { ...camera, url: withoutLogin(camera.url) },
  }));
}

function withoutLogin(url: string): string {
  if (isRecording(url)) return url;
  const { kind, input, secrets } = parseAddress(url);
  // Logins are percent-encoded here.
  return secrets.length === 0 ? input : `${kind}://${input.slice(input.indexOf('@') + 1)}`;
}
