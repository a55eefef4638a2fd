/** One thing that was checked. */
export interface Finding {
  /** What was checked, such as `camera`. */
  check: string;
  /** Which one, such as the id of a camera; null where there is only one. */
  subject: string | null;
  /** The key of the configuration that names it, such as `cameras[0].url`; null where none does. */
  key: string | null;
  /** `warning`: it works, with a risk; `fault`: it does not. */
  state: 'ok' | 'warning' | 'fault';
  /** What was found, and for a warning or fault what to do; may contain secrets until it is masked. */
  message: string;
}

/** Makes findings of one check. */
export function findingsOf(
  check: string,
  { subject = null, key = null }: Partial<Pick<Finding, 'subject' | 'key'>> = {},
) {
  const make =
    (state: Finding['state']) =>
    (message: string): Finding => ({ check, subject, key, state, message });
  return { ok: make('ok'), warning: make('warning'), fault: make('fault') };
}
