import { texts } from '../texts.js';
import type { FrameBox, LiveFrame } from './liveFrame.js';

/** Colours of the boxes: readable on any picture. */
const COLOURS = {
  known: '#4ade80',
  unknown: '#fbbf24',
  ambiguous: '#c4a5ff',
  unusable: '#cbd5e1',
  open: '#cbd5e1',
};
const INK = '#0b0f14';

/** Draws the newest frame on a canvas, and never two at once. */
export class FrameCanvas {
  readonly #canvas: HTMLCanvasElement;
  #next: LiveFrame | null = null;
  #isDrawing = false;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** A frame that comes while another one is decoded replaces the one that waits. */
  show(frame: LiveFrame): void {
    this.#next = frame;
    if (!this.#isDrawing) void this.#drawAll();
  }

  async #drawAll(): Promise<void> {
    this.#isDrawing = true;
    while (this.#next) {
      const frame = this.#next;
      this.#next = null;
      // A picture that cannot be decoded is left out; the next one follows.
      const bitmap = await createImageBitmap(frame.jpeg).catch(() => null);
      if (bitmap) this.#draw(bitmap, frame.boxes);
      bitmap?.close();
    }
    this.#isDrawing = false;
  }

  #draw(bitmap: ImageBitmap, boxes: readonly FrameBox[]): void {
    const canvas = this.#canvas;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height)
      Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
    const context = canvas.getContext('2d');
    if (!context) return;
    context.drawImage(bitmap, 0, 0);
    // One px of the screen, in px of the picture.
    const unit = bitmap.width / Math.max(canvas.clientWidth, 1);
    for (const box of boxes) drawBox(context, box, unit);
  }
}

function drawBox(context: CanvasRenderingContext2D, face: FrameBox, unit: number): void {
  const { width, height } = context.canvas;
  const [x1, y1, x2, y2] = face.box;
  const left = x1 * width;
  const top = y1 * height;
  const colour = COLOURS[face.verdict ?? 'open'];
  context.lineWidth = 2 * unit;
  context.strokeStyle = colour;
  context.beginPath();
  context.roundRect(left, top, (x2 - x1) * width, (y2 - y1) * height, 4 * unit);
  context.stroke();
  const name = texts.boxName(face);
  context.font = `600 ${13 * unit}px system-ui, sans-serif`;
  const wide = context.measureText(name).width + 12 * unit;
  const high = 20 * unit;
  const labelTop = top >= high ? top - high : Math.min(y2 * height, height - high);
  const labelLeft = Math.min(Math.max(left - unit, 0), Math.max(width - wide, 0));
  context.fillStyle = colour;
  context.fillRect(labelLeft, labelTop, wide, high);
  context.fillStyle = INK;
  context.textBaseline = 'middle';
  context.fillText(name, labelLeft + 6 * unit, labelTop + high / 2);
}
