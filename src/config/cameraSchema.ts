import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseAddress } from '../core/address.js';
import { SpotterError } from '../core/errors.js';
import { nodeName } from './clusterSchema.js';
import { cosine, cosineDifference } from './recognition.js';

/** The configuration of one camera: keys with their defaults, ranges, units and descriptions. */

const NAME = /^[a-z0-9-]{1,40}$/;
const NAME_RULE = 'must be 1 to 40 of a-z, 0-9 and hyphen';

/**
 * File system path of a recording's address.
 *
 * @throws TypeError when a file: URL names another host or has no path
 */
export function recordingPath(url: string): string {
  if (!url.startsWith('file:')) return url;
  return url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length);
}

/** Whether an address names a recording (a path or a file: URL). Every other address is a live source. */
export function isRecording(url: string): boolean {
  return url.startsWith('file:') || path.isAbsolute(url) || !/^[a-z][a-z0-9+.-]*:/i.test(url);
}

const RELATIVE_RULE = 'must be from 0 to 1: coordinates are fractions of the image width and height';
const relative = z.number().min(0, RELATIVE_RULE).max(1, RELATIVE_RULE);

const polygon = z
  .array(z.tuple([relative, relative]))
  .min(3, 'needs at least 3 points')
  .max(64, 'may have at most 64 points');

const zone = z
  .strictObject({
    name: z.string().regex(NAME, NAME_RULE).describe('Name of the zone in events.'),
    points: polygon.describe('Corners [x, y], each 0 to 1 of the width and height of the frame.'),
  })
  .describe('One zone.');

const motion = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Detect faces only when something has moved. Live only.'),
    sensitivity: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('Sensitivity to small movements, 0 to 1. Lower it if the picture is noisy.'),
  })
  .prefault({})
  .describe(
    'Skip detection while the picture does not change. A full search still runs every 2 s, and on every frame while a face is in view.',
  );

/** Input options of ffmpeg that may be set. Others could read or write files, or run forever. */
const input = z
  .strictObject({
    probesize: z.int().min(32).max(100_000_000).optional().describe('Bytes read to recognise the stream.'),
    analyzeduration: z
      .int()
      .min(0)
      .max(60_000_000)
      .optional()
      .describe('Time spent recognising the stream, in µs.'),
    buffer_size: z.int().min(0).max(100_000_000).optional().describe('UDP receive buffer, in bytes.'),
    reorder_queue_size: z
      .int()
      .min(0)
      .max(10_000)
      .optional()
      .describe('Packets buffered to restore their order.'),
    max_delay: z.int().min(0).max(60_000_000).optional().describe('Longest wait for a late packet, in µs.'),
    user_agent: z
      .string()
      .regex(/^[ -~]{1,200}$/, 'must be 1 to 200 letters, digits and signs of ASCII, without line breaks')
      .optional()
      .describe('User-Agent sent to an HTTP server.'),
    rtsp_flags: z.enum(['prefer_tcp']).optional().describe('RTSP only: prefer_tcp tries TCP before UDP.'),
    format: z
      .enum(['mjpeg', 'mpjpeg', 'mpegts', 'hls', 'flv', 'h264', 'hevc'])
      .optional()
      .describe("HTTP only: ffmpeg's demuxer, for a server that declares or frames its stream wrongly."),
  })
  .prefault({})
  .describe('ffmpeg input options, for a camera that needs them; see docs/configuration.md.');

const pemFile = z.string().min(1, 'is empty; give the path of a PEM file, or null').nullable().default(null);

const tls = z
  .strictObject({
    certificate: pemFile.describe(
      'Certificate that is shown to a camera that wants one from its clients; needs key. null: none.',
    ),
    key: pemFile.describe('Private key of certificate, without a passphrase; null: none.'),
    ca: pemFile.describe(
      "Certificates that the camera's own is verified with: of the authority that signed it, or itself; null: it is not verified.",
    ),
  })
  .prefault({})
  .describe('rtsps:// and https:// only: PEM files, each a path relative to this file.');

/** Whether to deinterlace. */
export const deinterlace = z.enum(['auto', 'on', 'off']);

function isPossibleShape(aspect: string): boolean {
  const [wide, high] = aspect.split(':').map(Number);
  return wide <= 8 * high && high <= 8 * wide;
}

/** Schema of one entry of `cameras`. */
export const camera = z
  .strictObject({
    id: z
      .string()
      .regex(NAME, NAME_RULE)
      .describe('Name in events, metrics and addresses: 1 to 40 of a-z, 0-9 and hyphen. Unique.'),
    name: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .nullable()
      .default(null)
      .describe('Name for people, such as Front door, 1 to 64 characters; null: the id.'),
    url: z
      .string()
      .trim()
      .min(1, 'is empty; give the address of the source, such as rtsp://host/path')
      .superRefine(checkAddress)
      .describe(
        'Source: rtsp://, rtsps://, http:// or https:// (MJPEG, HLS), device:/dev/video0, test: (a test pattern), or a recording: a path (relative to this file) or file: URL.',
      ),
    realtime: z
      .boolean()
      .default(true)
      .describe('Recordings only: play at the recorded speed instead of as fast as possible.'),
    loop: z.boolean().default(false).describe('Recordings only: start over at the end.'),
    transport: z
      .enum(['tcp', 'udp'])
      .default('tcp')
      .describe('RTSP only: tcp, or udp for cameras that need it.'),
    fps: z
      .number()
      .min(0.1)
      .max(60)
      .default(10)
      .describe('Live only: frames processed per second, 0.1 to 60; others are skipped while decoding.'),
    maxWidth: z
      .int()
      .min(64)
      .max(8192)
      .nullable()
      .default(null)
      .describe('Scale wider frames down to this width, in px, 64 to 8192; null: video.maxWidth.'),
    rotate: z
      .literal([0, 90, 180, 270])
      .default(0)
      .describe('Rotate clockwise by 0, 90, 180 or 270 degrees.'),
    video: z
      .strictObject({
        stream: z
          .int()
          .min(0)
          .max(99)
          .nullable()
          .default(null)
          .describe(
            'Number of the video stream to read if the source has several, from 0; null: the one marked as default, else the largest.',
          ),
        deinterlace: deinterlace
          .nullable()
          .default(null)
          .describe('Whether to deinterlace: auto, on or off; null: the global video.deinterlace.'),
      })
      .prefault({})
      .describe('What to decode of the source, and how.'),
    aspect: z
      .string()
      .regex(/^[1-9]\d{0,3}:[1-9]\d{0,3}$/, 'must be two numbers from 1 to 9999, such as "16:9"')
      .refine(isPossibleShape, 'must be from 1:8 to 8:1')
      .nullable()
      .default(null)
      .describe(
        'Shape of the picture, width:height before rotate, such as "16:9", if the source sends it squeezed without stating so; null: as stated.',
      ),
    hardware: z
      .enum(['none', 'auto', 'vaapi', 'cuda', 'qsv', 'videotoolbox'])
      .default('none')
      .describe(
        'Live only: hardware decoding: none, auto (if available, else software), vaapi, cuda, qsv or videotoolbox.',
      ),
    tls,
    input,
    motion,
    match: z
      .strictObject({
        threshold: cosine
          .nullable()
          .default(null)
          .describe(
            'Cosine similarity from which a face is a known person, -1..1; null: the global match.threshold.',
          ),
        margin: cosineDifference
          .nullable()
          .default(null)
          .describe('Required lead over the next person, 0..2; null: the global match.margin.'),
      })
      .prefault({})
      .describe('Matching at this camera.'),
    zones: z
      .array(zone)
      .max(32)
      .superRefine(checkNames)
      .default([])
      .describe('Named areas of the frame; events list those that contain the face.'),
    masks: z
      .array(polygon)
      .max(32)
      .default([])
      .describe('Areas of the frame in which faces are ignored, each a list of [x, y] corners from 0 to 1.'),
    nodes: z
      .array(nodeName)
      .max(64)
      .nullable()
      .default(null)
      .describe('Nodes of a cluster that may watch it, such as those in its network; null: every node.'),
  })
  .superRefine(checkFormat)
  .superRefine(checkTls)
  .describe('One camera.');

type CheckedCamera = { url: string; hardware: string; input: { format?: string | undefined } };

/** A login whose scheme is missing or incomplete, such as `rtsp//`. Taken for a path, it would be shown with its password. */
const LOGIN_WITHOUT_SCHEME = /^([^/]*\/\/|(rtsps?|https?)\/)?[^/]*:.*@/is;

/** Also keeps the checks fast: their time may grow with the square of the length. */
const MAX_ADDRESS_LENGTH = 4096;

function checkAddress(url: string, context: z.RefinementCtx): void {
  if (url.length > MAX_ADDRESS_LENGTH) {
    const message = `must be at most ${MAX_ADDRESS_LENGTH} characters long`;
    context.addIssue({ code: 'custom', message });
    return;
  }
  if (isRecording(url) && !url.startsWith('file:') && LOGIN_WITHOUT_SCHEME.test(url)) {
    const message =
      'has a login but no scheme; put rtsp:// before it, or ./ if it is the path of a recording';
    context.addIssue({ code: 'custom', message });
    return;
  }
  try {
    if (isRecording(url)) recordingPath(url);
    else parseAddress(url);
  } catch (error) {
    const message =
      error instanceof SpotterError ? error.message : 'is not a file: URL of this machine; give a path';
    context.addIssue({ code: 'custom', message });
  }
}

function checkFormat({ url, hardware, input: { format } }: CheckedCamera, context: z.RefinementCtx): void {
  if (format === undefined) return;
  if (!/^https?:/i.test(url)) {
    const message = 'is for http:// and https:// only; remove it';
    context.addIssue({ code: 'custom', message, path: ['input', 'format'] });
  } else if (hardware !== 'none') {
    const message = 'is decoded on the CPU; set hardware to none, or remove it';
    context.addIssue({ code: 'custom', message, path: ['input', 'format'] });
  }
}

function checkTls(
  {
    url,
    tls: { certificate, key, ca },
  }: { url: string; tls: Record<'certificate' | 'key' | 'ca', string | null> },
  context: z.RefinementCtx,
): void {
  const fail = (at: string[], message: string) =>
    context.addIssue({ code: 'custom', message, path: ['tls', ...at] });
  if (certificate === null && key === null && ca === null) return;
  if (!/^(rtsps|https):/i.test(url)) fail([], 'is for rtsps:// and https:// only; remove it, or correct url');
  if (certificate !== null && key === null) fail(['certificate'], 'needs its private key; set tls.key, too');
  if (key !== null && certificate === null) fail(['key'], 'needs its certificate; set tls.certificate, too');
}

function checkNames(zones: readonly { name: string }[], context: z.RefinementCtx): void {
  const names = zones.map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    const message = `"${name}" is already the name of another zone; give each zone its own name`;
    context.addIssue({ code: 'custom', message, path: [index, 'name'] });
  }
}
