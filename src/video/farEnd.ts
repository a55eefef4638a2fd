import type { Address } from '../core/address.js';
import { withinLimit } from './farEndLimit.js';
import type { DecodeEnd } from './ffmpeg.js';
import { type HttpAnswer, httpAnswerOf, NO_ANSWER } from './httpAnswer.js';
import { isUnrecognised } from './liveFault.js';
import { isRefused, isUnverified } from './liveFaultRules.js';
import { type LoginOffer, loginOfferOf } from './loginOffer.js';
import { type TlsAnswer, tlsAnswerOf } from './tlsAnswer.js';

/** What a server answers when it is asked about what ffmpeg's messages leave open; null where it was not asked or did not answer. */
export interface FarEnd extends HttpAnswer {
  /** The logins that a server offers which has refused ours. */
  loginOffer: LoginOffer | null;
  /** How a server that ffmpeg does not understand answers to TLS. */
  tlsAnswer: TlsAnswer | null;
}

/** Nobody was asked. */
export const UNASKED: FarEnd = { ...NO_ANSWER, loginOffer: null, tlsAnswer: null };

/**
 * Asks a server from which ffmpeg got no frame. At most one question per attempt, without credentials that ffmpeg has not sent
 * already. Never rejects.
 *
 * @param limitMs how long it may take: as long as the camera may take to answer
 * @param signal aborts the question
 */
export function askFarEnd(
  end: DecodeEnd,
  address: Address,
  limitMs: number,
  signal: AbortSignal,
): Promise<FarEnd> {
  return withinLimit(limitMs, signal, (limit) => ask(end, address, limit));
}

async function ask(end: DecodeEnd, address: Address, signal: AbortSignal): Promise<FarEnd> {
  if (isRefused(end)) {
    const hasLogin = address.secrets.length > 0;
    return { ...UNASKED, loginOffer: hasLogin ? await loginOfferOf(address, signal) : null };
  }
  if (mayConcernTls(end, address)) return { ...UNASKED, tlsAnswer: await tlsAnswerOf(address, signal) };
  if (!isUnrecognised(end) && !mayBeRedirected(end)) return UNASKED;
  return { ...UNASKED, ...(await httpAnswerOf(address, signal)) };
}

/** ffmpeg's words for an address of a kind that it does not follow. */
function mayBeRedirected({ messages }: DecodeEnd): boolean {
  return messages.some((text) => /invalid argument|protocol not found|not on whitelist/i.test(text));
}

/** RTSP that got no answer in RTSP, or a connection that failed in TLS. */
function mayConcernTls(end: DecodeEnd, { kind }: Address): boolean {
  const { messages } = end;
  if (isUnverified(end)) return false;
  if (kind === 'rtsps' || kind === 'https') return messages.some((text) => /^tls: |alert/i.test(text));
  const isAnswered = messages.some((text) => /^rtsp: |failed: \d{3}/.test(text));
  const isBroken = /invalid data found|input\/output error|connection reset|broken pipe|end of file/i;
  return kind === 'rtsp' && !isAnswered && messages.some((text) => isBroken.test(text));
}
