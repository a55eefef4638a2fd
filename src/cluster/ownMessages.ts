import type { EventMessage } from './eventMessage.js';

/** More than are on their way at the same time. */
const MOST = 64;

/** What this node has published a moment ago: an event that comes back as it was sent need not be decrypted and checked. */
export class OwnMessages {
  readonly #sent: { message: EventMessage; sealed: Uint8Array }[] = [];

  add(message: EventMessage, sealed: Uint8Array): void {
    this.#sent.push({ message, sealed });
    if (this.#sent.length > MOST) this.#sent.shift();
  }

  /** The message that was sent as these bytes, once; null when there is none. */
  take(sealed: Uint8Array): EventMessage | null {
    const index = this.#sent.findIndex((sent) => Buffer.compare(sent.sealed, sealed) === 0);
    if (index < 0) return null;
    const { message } = this.#sent[index];
    // They come back in their order: what was sent before does not come any more.
    this.#sent.splice(0, index + 1);
    return message;
  }
}
