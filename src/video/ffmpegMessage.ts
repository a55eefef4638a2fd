/** A log message of ffmpeg. */
export interface DecodeMessage {
  level: 'panic' | 'fatal' | 'error' | 'warning' | 'info';
  /** Preceded by the part of ffmpeg that logged it, where ffmpeg names it: `rtsp: method DESCRIBE failed`. */
  text: string;
}

/**
 * Parses a line of ffmpeg's stderr: a timestamp in ms, a message, or null for anything else. ffmpeg writes a message in
 * pieces, so a timestamp may follow the start of a message.
 */
export function parseLine(line: string): number | DecodeMessage | null {
  const [, parts = '', rest = ''] = /^((?:\[[^\]]*\] ?)*)(.*)$/.exec(line) ?? [];
  if (/^-?\d+$/.test(rest)) return Number(rest);
  const level = /\[(panic|fatal|error|warning|info)\] ?$/.exec(parts)?.[1];
  if (level === undefined) return null;
  const component = /\[([^\]@]*) @ 0x[0-9a-f]+\]/.exec(parts)?.[1];
  const text = `${component === undefined ? '' : `${component}: `}${rest.trimEnd()}`;
  return { level: level as DecodeMessage['level'], text };
}
