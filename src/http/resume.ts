import { parseSeq } from './parameters.js';

/** State of the event log, as clients see it. */
export interface LogState {
  /** Random id made with the log; null while the log is not open. */
  epoch: string | null;
  /** `seq` of the oldest stored event. */
  firstSeq: number;
  /** `seq` of the newest stored event. */
  lastSeq: number;
  /** In a cluster: another node may have served later events, which are still on their way to this one. */
  mayLag?: boolean;
}

/** An error for a client: what it asked for does not exist. */
export interface ResumeFault {
  code: string;
  message: string;
  [key: string]: unknown;
}

/** Where a client resumes. */
export interface Resume {
  /** Number of the event before the first one to send. */
  cursor: number;
  /** Error to send before the first event, when the client did not ask for something that exists. */
  fault: ResumeFault | null;
}

/** The error for a client whose next events are no longer stored. @param firstSeq `seq` of the oldest stored event */
export function expired(firstSeq: number): ResumeFault {
  const message = `events up to ${firstSeq - 1} have expired; events from ${firstSeq} on follow`;
  return { code: 'expired', message, firstSeq };
}

/**
 * Where a client resumes that connects with `?since=SEQ&epoch=E`. When the log does not have what it asks for, it receives
 * an error and then every stored event; after a malformed `since`, only new events.
 */
export function resume(
  parameters: URLSearchParams,
  { epoch, firstSeq, lastSeq, mayLag = false }: LogState,
): Resume {
  const since = parameters.get('since');
  // Empty: a client that has received none yet.
  const wanted = parameters.get('epoch') || null;
  if (since === null) return { cursor: lastSeq, fault: null };
  const seq = parseSeq(since);
  if (seq === null || parameters.getAll('since').length > 1) {
    const message = `since must be one whole number, the seq of the last event you have; events from ${lastSeq + 1} on follow`;
    return { cursor: lastSeq, fault: { code: 'bad_since', message } };
  }
  const begin = { cursor: firstSeq - 1 };
  if (wanted !== null && wanted !== epoch) {
    const message = 'the event log was replaced and its numbers start again; every stored event follows';
    return { ...begin, fault: { code: 'epoch_changed', message, epoch, firstSeq } };
  }
  if (seq > lastSeq && !(mayLag && wanted === epoch)) {
    const message = `there is no event ${seq} yet, the last is ${lastSeq}; every stored event follows`;
    return { ...begin, fault: { code: 'unknown_seq', message, firstSeq } };
  }
  if (seq < firstSeq - 1) return { ...begin, fault: expired(firstSeq) };
  return { cursor: seq, fault: null };
}
