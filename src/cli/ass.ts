import type { Box, Size } from '../core/geometry.js';

/** A box with a label above it. */
export interface Mark {
  /** In px of the frame. */
  box: Box;
  label: string;
  /** RRGGBB. */
  colour: string;
}

/** Line width, as a fraction of the frame's width. */
const LINE = { part: 1 / 400, leastPx: 1.5 };
/** Font size, as a fraction of the frame's height. */
const LETTERS = { part: 1 / 24, leastPx: 12 };

/**
 * The head of an ASS subtitle file whose coordinates are px of the frame; the lines of {@link assMark} follow it.
 * Source: the ASS format of Aegisub, which ffmpeg draws with libass.
 */
export function assHead({ width, height }: Size): string {
  const line = Math.max(LINE.leastPx, width * LINE.part).toFixed(1);
  const letters = Math.max(LETTERS.leastPx, height * LETTERS.part).toFixed(0);
  const style = (name: string, outline: string) =>
    `Style: ${name},sans-serif,${letters},&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,${outline},0,7,0,0,0,1`;
  return [
    '[Script Info]',
    'ScriptType: v4.00+',
    `PlayResX: ${width}`,
    `PlayResY: ${height}`,
    'ScaledBorderAndShadow: yes',
    'WrapStyle: 2',
    '',
    '[V4+ Styles]',
    'Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding',
    style('box', line),
    style('label', '2'),
    '',
    '[Events]',
    'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text',
    '',
  ].join('\n');
}

/** The lines that show a mark from one time to another, in ms; empty if that is less than the format's 10 ms. */
export function assMark({ box, label, colour }: Mark, fromMs: number, toMs: number): string {
  const [from, to] = [fromMs, toMs].map((ms) => Math.max(0, Math.floor(ms / 10)));
  if (to <= from) return '';
  const bgr = `&H${colour.slice(4)}${colour.slice(2, 4)}${colour.slice(0, 2)}&`;
  const [x1, y1, x2, y2] = [box.x1, box.y1, box.x2, box.y2].map(Math.round);
  const shape = `m ${x1} ${y1} l ${x2} ${y1} l ${x2} ${y2} l ${x1} ${y2}`;
  const line = (style: string, text: string) =>
    `Dialogue: 0,${time(from)},${time(to)},${style},,0,0,0,,${text}\n`;
  return (
    line('box', `{\\an7\\pos(0,0)\\1a&HFF&\\3c${bgr}\\p1}${shape}`) +
    line('label', `{\\an1\\pos(${Math.max(0, x1)},${Math.max(14, y1 - 4)})\\1c${bgr}}${plain(label)}`)
  );
}

/** Replaces the characters that begin or end a command in ASS. */
function plain(text: string): string {
  return text.replace(/[\\{}\r\n]/g, '_');
}

/** Formats hundredths of a second as h:mm:ss.cc. */
function time(hundredths: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${Math.floor(hundredths / 360_000)}:${two((hundredths / 6000) % 60)}:${two((hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}
