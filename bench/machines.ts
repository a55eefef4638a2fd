import { execFileSync, spawnSync } from 'node:child_process';
import { SpotterError } from '../src/core/errors.js';

/** A machine in a network namespace: two network cards, one to the others, one to the cameras. */
export interface Machine {
  name: string;
  /** Address towards the other machines and their NATS servers. */
  peerIp: string;
  /** Address towards cameras and the measuring process; it stays reachable while the machine is cut off. */
  cameraIp: string;
  /** What starts a program on the machine: program, then arguments. */
  command: (program: string, args: readonly string[]) => [program: string, args: string[]];
  /** Takes the card to the other machines away, or gives it back. */
  cutOff: () => void;
  reconnect: () => void;
}

const BRIDGES = ['p', 'c'] as const;
const PREFIX = `sp${process.pid % 100_000}`;
/** Two /24 networks that nobody else has: by the number of this process. */
const networkOf = (bridge: (typeof BRIDGES)[number]) =>
  `10.${bridge === 'p' ? 213 : 214}.${process.pid % 250}`;

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
/** Of what may be gone already. */
const ipQuietly = (...args: string[]) => spawnSync('ip', args, { stdio: 'ignore' });

/**
 * Several machines on this one: a network namespace each, joined by two bridges. This process is on both networks as well.
 * {@link remove} takes everything away again, with what still runs there.
 */
export class Machines {
  readonly #names: string[] = [];

  /** @throws SpotterError usage: not root, or no network namespaces here */
  constructor() {
    if (process.getuid?.() !== 0)
      throw new SpotterError('usage', 'bench cluster makes network namespaces: run it as root, on Linux');
    for (const bridge of BRIDGES) {
      const name = `${PREFIX}${bridge}`;
      try {
        ip('link', 'add', name, 'type', 'bridge');
        ip('addr', 'add', `${networkOf(bridge)}.254/24`, 'dev', name);
        ip('link', 'set', name, 'up');
      } catch (error) {
        this.remove();
        const [line] = String((error as { stderr?: Buffer }).stderr ?? error).split('\n');
        throw new SpotterError(
          'usage',
          `bench cluster cannot make networks here (${line}); it needs iproute2`,
        );
      }
    }
  }

  /** Adds a machine. @param name of a-z and 0-9, 4 characters at most */
  add(name: string): Machine {
    const namespace = `${PREFIX}${name}`;
    this.#names.push(namespace);
    const host = this.#names.length;
    ip('netns', 'add', namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    for (const bridge of BRIDGES) {
      const card = `${namespace}${bridge}`;
      ip('link', 'add', card, 'type', 'veth', 'peer', 'name', `eth${bridge}`, 'netns', namespace);
      ip('link', 'set', card, 'master', `${PREFIX}${bridge}`, 'up');
      ip('-n', namespace, 'addr', 'add', `${networkOf(bridge)}.${host}/24`, 'dev', `eth${bridge}`);
      ip('-n', namespace, 'link', 'set', `eth${bridge}`, 'up');
    }
    return {
      name,
      peerIp: `${networkOf('p')}.${host}`,
      cameraIp: `${networkOf('c')}.${host}`,
      command: (program, args) => ['ip', ['netns', 'exec', namespace, program, ...args]],
      cutOff: () => void ip('link', 'set', `${namespace}p`, 'down'),
      reconnect: () => void ip('link', 'set', `${namespace}p`, 'up'),
    };
  }

  /** Kills what runs on the machines, and takes them away. */
  remove(): void {
    for (const namespace of this.#names) {
      const { stdout } = spawnSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' });
      for (const pid of stdout.split('\n').filter(Boolean)) kill(Number(pid));
      ipQuietly('netns', 'del', namespace);
    }
    for (const bridge of BRIDGES) ipQuietly('link', 'del', `${PREFIX}${bridge}`);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
