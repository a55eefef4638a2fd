import { onTestFinished } from 'vitest';
import WebSocket from 'ws';

/** A picture as a client of /api/v1/live receives it. */
export interface LiveMessage {
  camera: string;
  at: string;
  width: number;
  height: number;
  boxes: {
    track: string;
    box: [number, number, number, number];
    verdict: string | null;
    person: string | null;
  }[];
  jpeg: Buffer;
}

/** A client of /api/v1/live that keeps what it receives. */
export class LiveClient {
  readonly socket: WebSocket;
  readonly pictures: LiveMessage[] = [];
  #wake = () => {};

  /** @param address http://host:port */
  constructor(address: string, options: WebSocket.ClientOptions = {}) {
    this.socket = new WebSocket(`${address.replace('http', 'ws')}/api/v1/live`, options);
    this.socket.on('error', () => {});
    onTestFinished(() => this.socket.terminate());
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) return;
      const end = 4 + data.readUInt32BE(0);
      this.pictures.push({ ...JSON.parse(data.subarray(4, end).toString()), jpeg: data.subarray(end) });
      this.#wake();
    });
  }

  /** Sets what it watches, once it is connected. */
  watch(...tiles: { camera: string; width: number; fps: number }[]): void {
    const send = () => this.socket.send(JSON.stringify({ type: 'watch', tiles }));
    if (this.socket.readyState === WebSocket.OPEN) send();
    else this.socket.once('open', send);
  }

  /** The next pictures that fit. */
  async next(count: number, fits: (picture: LiveMessage) => boolean = () => true): Promise<LiveMessage[]> {
    const from = this.pictures.length;
    for (;;) {
      const fitting = this.pictures.slice(from).filter(fits);
      if (fitting.length >= count) return fitting;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
