import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Component } from '../core/lifecycle.js';

/** How to reach the daemon that has a data folder. */
export interface Control {
  /** http://host:port, to connect to from this machine. */
  address: string;
  token: string;
}

const schema = z.object({ address: z.url(), token: z.string().min(1) });

/**
 * Tells programs of the same user how to reach the daemon: `control.json` in the data folder, for the owner only. A daemon that
 * was killed leaves it behind; whether one runs, the event log's lock says.
 */
export class ControlFile implements Component {
  /** A secret that only readers of the file know. */
  readonly token = randomBytes(32).toString('base64url');
  readonly #file: string;
  readonly #address: () => string;

  /** @param address where the daemon listens, once it does */
  constructor(dataFolder: string, address: () => string) {
    this.#file = fileIn(dataFolder);
    this.#address = address;
  }

  /** Not being able to write it is no reason not to watch: only `spotter forget` misses it, and says so. */
  async start(): Promise<void> {
    const part = `${this.#file}.part`;
    const control: Control = { address: reachable(this.#address()), token: this.token };
    try {
      rmSync(part, { force: true });
      writeFileSync(part, `${JSON.stringify(control)}\n`, { mode: 0o600, flag: 'wx' });
      renameSync(part, this.#file);
    } catch {
      await this.stop();
    }
  }

  async stop(): Promise<void> {
    try {
      rmSync(this.#file, { force: true });
    } catch {
      // The next daemon writes its own.
    }
  }
}

/** How to reach the daemon that has a data folder; null when it does not say. */
export function readControl(dataFolder: string): Control | null {
  try {
    return schema.parse(JSON.parse(readFileSync(fileIn(dataFolder), 'utf8')));
  } catch {
    return null;
  }
}

function fileIn(dataFolder: string): string {
  return path.join(dataFolder, 'control.json');
}

/** Who listens on every address of the machine is reached on its loopback. */
function reachable(address: string): string {
  return address.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
