import type { Member } from '../cluster/membership.js';
import { CAMERA_STATES, type CameraState } from '../core/cameraState.js';
import type { CameraDetails } from './cameraRegistry.js';

/**
 * The cameras of the cluster: those of this node's configuration, in its order, then those that only others have. A camera that another
 * node watches is as that node reports it.
 *
 * @param ownNode this node for a camera that it watches, else null
 */
export function clusterDetails(
  own: readonly CameraDetails[],
  others: readonly Pick<Member, 'node' | 'cameras'>[],
  ownNode: (id: string) => string | null,
): CameraDetails[] {
  const remote = new Map(
    others.flatMap(({ node, cameras = [] }) =>
      cameras.map(({ id, state, message, lastFrameAt, width, height }) => [
        id,
        { id, node, state: stateOf(state), message, lastFrameAt, width, height },
      ]),
    ),
  );
  const known = own.map((camera) => {
    const node = ownNode(camera.id);
    const other = remote.get(camera.id);
    remote.delete(camera.id);
    return node === null && other ? other : { ...camera, node };
  });
  return [...known, ...remote.values()];
}

/** A newer version may have a state that this one does not know; `waiting` would say that nobody watches. */
function stateOf(text: string): CameraState {
  return CAMERA_STATES.find((state) => state === text) ?? 'connecting';
}
