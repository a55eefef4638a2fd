import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Component } from '../core/lifecycle.js';
import { writePrivateFile } from '../core/privateFile.js';

/** How to reach the daemon that uses a data folder. */
export interface Control {
  /** http://host:port, to connect to from this machine. */
  address: string;
  /** Secret for the Authorization header. */
  token: string;
}

const schema = z.object({ address: z.url(), token: z.string().min(1) });

/**
 * `control.json` in the data folder: address and token of the running daemon, readable by its owner only. A killed daemon leaves
 * it behind; use the lock of the event log to find out whether one runs.
 */
export class ControlFile implements Component {
  /** New with every start; only readers of the file have it. */
  readonly token = randomBytes(32).toString('base64url');
  readonly #file: string;
  readonly #address: () => string;

  /** @param address where the daemon listens; read at the start */
  constructor(dataFolder: string, address: () => string) {
    this.#file = fileIn(dataFolder);
    this.#address = address;
  }

  /** Writes the file. Ignores a failure: only `spotter forget` needs the file, and it reports a missing one. */
  async start(): Promise<void> {
    const control: Control = { address: reachable(this.#address()), token: this.token };
    try {
      writePrivateFile(this.#file, `${JSON.stringify(control)}\n`);
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

/** Reads the control file of a data folder; null when it is missing or invalid. */
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

/** A server that listens on every address is reached over loopback. */
function reachable(address: string): string {
  return address.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
