/**
 * Ends the process with exit code 3 when it is still running this long after the signal, whatever holds it up. Only for a
 * process without worker threads, whose abrupt end would abort it.
 *
 * @param onOverdue called just before; stops what must not outlive the process
 */
export function endWithin(ms: number, signal: AbortSignal, onOverdue: () => void): void {
  const begin = () => {
    // Without a reference: the timer must not delay an orderly end.
    setTimeout(() => {
      try {
        onOverdue();
      } finally {
        process.exit(3);
      }
    }, ms).unref();
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
}
