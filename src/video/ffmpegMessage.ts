/** A log message of ffmpeg. */
export interface DecodeMessage {
  level: 'panic' | 'fatal' | 'error' | 'warning' | 'info';
  /** Preceded by the part of ffmpeg that logged it, where ffmpeg names it: `rtsp: method DESCRIBE failed`. */
  text: string;
}

/** Parses a line of ffmpeg's stderr; null for what is not a message. */
export function parseLine(line: string): DecodeMessage | null {
  const [, parts = '', rest = ''] = /^((?:\[[^\]]*\] ?)*)(.*)$/.exec(line) ?? [];
  const level = /\[(panic|fatal|error|warning|info)\] ?$/.exec(parts)?.[1];
  if (level === undefined) return null;
  const component = /\[([^\]@]*) @ 0x[0-9a-f]+\]/.exec(parts)?.[1];
  const text = `${component === undefined ? '' : `${component}: `}${rest.trimEnd()}`;
  return { level: level as DecodeMessage['level'], text };
}
