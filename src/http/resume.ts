/** What the log says of itself to who resumes. */
export interface LogState {
  /** null while the log is not open. */
  epoch: string | null;
  /** Numbers of the oldest and the newest event that it has. */
  firstSeq: number;
  lastSeq: number;
}

/** Where a client begins. */
export interface Resume {
  /** Number of the last event that it has, or is not to have. */
  cursor: number;
  /** What it must be told first. */
  fault: { code: string; message: string; [key: string]: unknown } | null;
}

/**
 * Where a client begins that asks with `?since=SEQ&epoch=E`. Who asks for what there is not is told so, and gets everything
 * that there is.
 */
export function resume(parameters: URLSearchParams, { epoch, firstSeq, lastSeq }: LogState): Resume {
  const since = parameters.get('since');
  const wanted = parameters.get('epoch');
  if (since === null) return { cursor: lastSeq, fault: null };
  const seq = Number(since);
  if (!/^\d{1,15}$/.test(since) || parameters.getAll('since').length > 1) {
    const message = `since must be one whole number, the seq of the last event that you have; events from ${lastSeq + 1} on follow`;
    return { cursor: lastSeq, fault: { code: 'bad_since', message } };
  }
  const begin = { cursor: firstSeq - 1 };
  if (wanted !== null && wanted !== epoch) {
    const message = 'the event log was begun anew and its numbers with it; every event that it has follows';
    return { ...begin, fault: { code: 'epoch_changed', message, epoch, firstSeq } };
  }
  if (seq > lastSeq) {
    const message = `there is no event ${seq} yet, the last is ${lastSeq}; every event that the log has follows`;
    return { ...begin, fault: { code: 'unknown_seq', message, firstSeq } };
  }
  if (seq < firstSeq - 1) {
    const message = `events up to ${firstSeq - 1} are kept no more; those from ${firstSeq} on follow`;
    return { ...begin, fault: { code: 'expired', message, firstSeq } };
  }
  return { cursor: seq, fault: null };
}
