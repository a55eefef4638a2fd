/**
 * Where the makers of cameras have the smaller stream of the same picture: the end of the address of the main stream, and what
 * stands there for the sub-stream.
 */
const PAIRS: readonly [main: RegExp, sub: string][] = [
  // Hikvision and what is sold under other names
  [/(\/Streaming\/Channels\/\d+)01(\/?)$/i, '$102$2'],
  // Dahua, Amcrest
  [/([?&]subtype=)0\b/i, '$11'],
  // Reolink
  [/(h26[45]Preview_\d+_)main$/i, '$1sub'],
  // Foscam
  [/\/videoMain$/, '/videoSub'],
  // TP-Link, Tapo and many others
  [/\/stream1$/i, '/stream2'],
  [/\/onvif1$/i, '/onvif2'],
  [/\/ch(\d+)_0(\.h264)?$/i, '/ch$1_1$2'],
  [/\/av0_0$/, '/av0_1'],
  [/\/11$/, '/12'],
  [/([/_])main$/i, '$1sub'],
];

/**
 * The likely address of a camera's sub-stream, by the addresses that makers use; null for an address of none of them.
 *
 * @param url rtsp:// or rtsps://, with or without a login
 */
export function subStreamOf(url: string): string | null {
  if (!/^rtsps?:\/\//i.test(url)) return null;
  // A password may contain anything.
  const host = Math.max(url.indexOf('://') + 3, url.lastIndexOf('@') + 1);
  const path = url.slice(host);
  for (const [main, sub] of PAIRS) if (main.test(path)) return url.slice(0, host) + path.replace(main, sub);
  return null;
}
