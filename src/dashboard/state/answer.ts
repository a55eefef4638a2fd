import { useEffect, useRef, useState } from 'preact/hooks';
import { RequestFault } from '../api/transport.js';

/** Between attempts while spotter does not answer, ms. */
const RETRY_MS = 2000;

interface Answer<T> {
  key: string;
  value: T | null;
  fault: unknown;
}

/**
 * What the daemon answers, the newest answer for the current key alone. Asks again while it does not answer.
 *
 * @param key what is asked for: another one discards what was answered before
 */
export function useAnswer<T>(key: string, ask: () => Promise<T>) {
  const none: Answer<T> = { key, value: null, fault: null };
  const [last, setAnswer] = useState(none);
  const answer = last.key === key ? last : none;
  const asked = useRef(0);
  const taken = useRef(0);
  const reload = async () => {
    const own = ++asked.current;
    const take = (change: Pick<Answer<T>, 'fault'> & Partial<Answer<T>>) => {
      if (own <= taken.current) return;
      taken.current = own;
      setAnswer((old) => ({ ...(old.key === key ? old : none), ...change }));
    };
    await ask().then(
      (value) => take({ value, fault: null }),
      (fault: unknown) => take({ fault }),
    );
  };
  useEffect(() => {
    void reload();
    return () => {
      taken.current = asked.current;
    };
  }, [key]);
  useEffect(() => {
    if (!isPassing(answer.fault)) return;
    const timer = setTimeout(() => void reload(), RETRY_MS);
    return () => clearTimeout(timer);
  }, [answer.fault]);
  return { ...answer, reload };
}

/** Whether the same request may succeed later: nothing was wrong with it. */
export function isPassing(fault: unknown): boolean {
  return fault instanceof RequestFault && (fault.status === 0 || fault.status >= 500);
}
