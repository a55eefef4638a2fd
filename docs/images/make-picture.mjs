// Draws the picture in the README: a frame of the demo clip with spotter's results.
// Usage, in a prepared checkout: node docs/images/make-picture.mjs
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const clip = path.join(root, 'assets/demo/clip.mp4');
const AT_MS = 18_080;

const events = execFileSync(process.execPath, [
  path.join(root, 'dist/src/main.js'),
  'scan',
  clip,
  '-g',
  path.join(root, 'gallery'),
])
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter(
    ({ kind, mediaTimeMs }) =>
      (kind === 'match' || kind === 'unknown') && Math.abs(mediaTimeMs - AT_MS) <= 100,
  );

const frame = execFileSync('ffmpeg', [
  '-loglevel',
  'error',
  '-ss',
  String(AT_MS / 1000),
  '-i',
  clip,
  '-frames:v',
  '1',
  '-f',
  'image2pipe',
  '-c:v',
  'png',
  '-',
]);
const { width, height } = await sharp(frame).metadata();
const labels = events.map(({ kind, person, similarity, box: [x1, y1, x2, y2] }) => {
  const colour = kind === 'match' ? '#3fb950' : '#d29922';
  const text = kind === 'match' ? `${person}  ${similarity.toFixed(2)}` : 'unknown';
  const w = 22 + text.length * 12.6;
  return `<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none" stroke="${colour}" stroke-width="4" rx="6"/>
    <rect x="${x1 - 2}" y="${y1 - 38}" width="${w}" height="34" fill="${colour}" rx="6"/>
    <text x="${x1 + 9}" y="${y1 - 14}" font-family="monospace" font-size="21" font-weight="bold" fill="#0d1117">${text}</text>`;
});
const overlay = Buffer.from(
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${labels.join('')}</svg>`,
);
const drawn = await sharp(frame)
  .composite([{ input: overlay }])
  .toBuffer();
await sharp(drawn)
  .resize(960)
  .jpeg({ quality: 82, mozjpeg: true })
  .toFile(path.join(root, 'docs/images/demo.jpg'));
