import { type Listener, type Message, restarts } from './daemon.js';
import { keptClip } from './ffmpeg.js';

/** Of each clip of a test pattern. */
export const CLIP_SECONDS = 120;

/** A camera that nothing happens to. */
export const NEIGHBOUR = { id: 'neighbour', url: 'test:320x240' };

/** A clip of a picture of lavfi. @returns its path */
export function clipOf(picture: string): string {
  const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p'];
  return keptClip('clip.mp4', ['-f', 'lavfi', '-i', picture, '-t', String(CLIP_SECONDS), ...x264]);
}

/** A clip of a moving test pattern. @returns its path */
export const patternClip = () => clipOf('testsrc2=s=320x180:r=25');

/** Settings of the watchdog that a test need not wait long for. */
export function watchdog(settings: Record<string, number> = {}): string {
  const quick = { firstBackoffMs: 100, maxBackoffMs: 1000, healthyMs: 1000, ...settings };
  return `watchdog: ${JSON.stringify(quick)}\n`;
}

/** The address of a stream on an RTSP server of this machine. */
export const rtsp = (port: number, stream = 'cam') => `rtsp://127.0.0.1:${port}/${stream}`;

/** Reported states of a camera, from position `from` on. */
export function messagesOf(client: Listener, id: string, from = 0): Message[] {
  return client.seen.slice(from).filter((message) => message.type === 'camera' && message.id === id);
}

/** The restarts of one camera by reason. */
export async function restartsOf(address: string, id: string): Promise<Record<string, number>> {
  const counts = [...(await restarts(address))].filter(([key]) => key.startsWith(`${id} `));
  return Object.fromEntries(counts.map(([key, count]) => [key.slice(id.length + 1), count]));
}
