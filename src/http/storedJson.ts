import { type AnyReply, plainReply, refuseWithoutLog } from './refusal.js';
import type { LogState } from './resume.js';

/** Answers with JSON that is text already: what the log holds is not parsed and written again. */
export function sendJson<R extends AnyReply>(
  reply: R,
  text: string,
  mediaType = 'application/json; charset=utf-8',
): R {
  plainReply(reply).header('content-type', mediaType).send(text);
  return reply;
}

/** Answers with JSON made from the log, or otherwise; 503 while the log is not readable. */
export function withLog<R extends AnyReply>(
  reply: R,
  { log }: { log: () => LogState },
  answer: (log: LogState) => R,
): R {
  try {
    const state = log();
    if (state.epoch === null) throw new Error('the event log is not open');
    return answer(state);
  } catch {
    return refuseWithoutLog(reply);
  }
}
