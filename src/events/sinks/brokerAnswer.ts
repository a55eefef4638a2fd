/** Something that was asked of a broker. */
export interface Request {
  kind: 'publish' | 'subscribe';
  /** Topic of the message, or filter of the subscription. */
  topic: string;
  isRetained: boolean;
  /** Steady time; 0 before it is sent. */
  sentAtMs: number;
}

/** How a connection has ended. */
export interface Closing {
  /** We have ended it. */
  isOurs: boolean;
  /** Reason code of the broker's DISCONNECT (MQTT 5); null without. */
  code: number | null;
  /** Whether the broker has answered anything over this connection. */
  hasAnswered: boolean;
  /** What the broker had not answered, in the order in which it was sent. */
  unanswered: readonly Request[];
}

/** Codes that mean one topic, and will be the same next time: not authorised, invalid filter, invalid topic. */
const FINAL = new Set([0x87, 0x8f, 0x90]);
/** Codes of DISCONNECT for other reasons than the last message: shutdown, keepalive, busy, and the like. */
const OF_CONNECTION = new Set([
  0x89, 0x8b, 0x8d, 0x8e, 0x93, 0x96, 0x97, 0x98, 0x9a, 0x9b, 0x9c, 0x9d, 0x9f, 0xa0,
]);
/** Code: the client has sent too much. */
const QUOTA_EXCEEDED = 0x97;
/** Code: a message is larger than the broker accepts. */
export const TOO_LARGE = 0x95;

/** Whether a code means this topic for good. */
export function isFinal(code: number | null): boolean {
  return code !== null && FINAL.has(code);
}

/** Whether a code is independent of the topic: the message is too large, or the broker accepts none for the time being. */
export function isOfMessage(code: number | null): boolean {
  return code === TOO_LARGE || code === QUOTA_EXCEEDED;
}

/** Whether a connection ended for a reason that has nothing to do with what was published. */
export function isOfConnection(code: number | null): boolean {
  return code !== null && OF_CONNECTION.has(code);
}

/** The broker has answered a request with a refusal; the connection goes on. */
export class BrokerRefusal extends Error {
  /** Reason code of MQTT 5, or 0x80 of MQTT 3; null for several. */
  readonly code: number | null;

  constructor({ kind, topic }: Pick<Request, 'kind' | 'topic'>, code: number | null) {
    const what = kind === 'publish' ? 'messages to' : 'the subscription to';
    const number = code === null ? '' : ` (code 0x${code.toString(16)})`;
    super(
      code === TOO_LARGE
        ? `a message to ${topic} is larger than the broker accepts`
        : `the broker refuses ${what} ${topic}${number}; allow it in the access rules of the broker`,
    );
    this.code = code;
  }
}

/** The code of a refusal in the library's error; null for anything else, such as a lost connection. */
export function codeOfAnswer(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  // Of PUBACK.
  if ('code' in error && typeof error.code === 'number') return error.code;
  const packet: unknown = 'packet' in error ? error.packet : null;
  if (typeof packet !== 'object' || packet === null || !('granted' in packet)) return null;
  const [granted]: unknown[] = Array.isArray(packet.granted) ? packet.granted : [];
  return typeof granted === 'number' && granted >= 0x80 ? granted : null;
}
