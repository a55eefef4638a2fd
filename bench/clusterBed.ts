import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CameraServer, makeLongClip, startCameras } from './clusterCameras.js';
import { type BenchNode, makeNode } from './clusterNodes.js';
import { DEMO_CLIP, DEMO_GALLERY } from './daemon.js';
import { type Machine, Machines } from './machines.js';
import { type NatsProcess, startNatsServers } from './natsServers.js';

/** What the test bed consists of. */
export interface BedOptions {
  /** RTSP cameras. */
  cameras: number;
  /** Recordings, played in real time over and over. */
  recordings: number;
  /** Frames per second and camera. */
  fps: number;
  /** How long it is needed at most. */
  minutes: number;
  /** Default: that of the demo. null: nobody. */
  gallery?: string | null;
}

const NODES = 3;

/** Three machines, each with a NATS server and a node, and a fourth one with cameras; in network namespaces. Nodes are not started. */
export class ClusterBed {
  readonly folder: string;
  readonly #machines: Machines;
  readonly nats: NatsProcess[];
  readonly cameras: CameraServer;
  readonly nodes: BenchNode[];
  /** Ids of all cameras, those of recordings included. */
  readonly ids: string[];

  private constructor(
    folder: string,
    machines: Machines,
    { nats, cameras, nodes, ids }: Pick<ClusterBed, 'nats' | 'cameras' | 'nodes' | 'ids'>,
  ) {
    this.folder = folder;
    this.#machines = machines;
    this.nats = nats;
    this.cameras = cameras;
    this.nodes = nodes;
    this.ids = ids;
  }

  /** Builds one, or nothing of it. @throws SpotterError usage: no namespaces, no nats-server */
  static async build(options: BedOptions): Promise<ClusterBed> {
    const machines = new Machines();
    const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
    try {
      const parts = await build(machines, folder, options);
      return new ClusterBed(folder, machines, parts);
    } catch (error) {
      machines.remove();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Ends everything and removes it. */
  async remove(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    this.#machines.remove();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function build(machines: Machines, folder: string, options: BedOptions) {
  const hosts: Machine[] = Array.from({ length: NODES }, (_, index) => machines.add(`n${index + 1}`));
  const { recordings, fps, minutes, gallery = DEMO_GALLERY } = options;
  const clip = makeLongClip(folder, minutes);
  const cameras = await startCameras(machines.add('cam'), clip, { count: options.cameras, fps }, hosts);
  const nats = await startNatsServers(hosts, folder);
  const played = Array.from({ length: recordings }, (_, index) => ({
    ...{ id: `recording-${index + 1}`, url: DEMO_CLIP },
    ...{ realtime: true, loop: true, fps },
  }));
  const all = [...cameras.cameras, ...played];
  const servers = nats.map(({ url }) => url);
  const nodes = hosts.map((machine) => makeNode({ machine, folder, servers, cameras: all, gallery }));
  return { nats, cameras, nodes, ids: all.map(({ id }) => id) };
}
