/** An option of ffmpeg, without its hyphen. */
export type Option = [key: string, value: string];

/** Quotes for ffmpeg: between single quotes only the quote itself is special. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A script for ffmpeg's demuxer `concat`: opens the url, and recognises the format of what it sends. */
export function concatScript(url: string, options: readonly Option[]): string {
  const lines = options.map(([key, value]) => `option ${key} ${quote(value)}\n`);
  return `ffconcat version 1.0\nfile ${quote(url)}\n${lines.join('')}`;
}

/**
 * A script for ffmpeg's device `lavfi`: opens the url with one demuxer, whatever it sends. It decodes on the CPU. Every level
 * of the script takes one layer of quotes off.
 */
export function movieScript(url: string, demuxer: string, options: readonly Option[]): string {
  const dictionary = options.map(([key, value]) => `${key}=${quote(value)}`).join(':');
  return `movie=${quote(`filename=${quote(url)}:f=${demuxer}:format_opts=${quote(dictionary)}`)}`;
}
