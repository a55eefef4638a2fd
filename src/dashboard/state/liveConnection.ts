import { type LiveFrame, parseFrame } from './liveFrame.js';
import { Retry } from './retry.js';
import { type TileOnPage, tilePlan } from './tilePlan.js';

type Show = (frame: LiveFrame) => void;

interface Tile extends TileOnPage {
  show: Show;
}

/** A change of several tiles is one message. */
const SETTLE_MS = 60;

let socket: WebSocket | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let asked = '';
const tiles = new Map<object, Tile>();
const retry = new Retry(connect);

/**
 * Shows a camera until {@link hideTile}.
 *
 * @param key of the tile; a second call changes what it asks for
 */
export function showTile(key: object, tile: Tile): void {
  tiles.set(key, tile);
  settle();
}

export function hideTile(key: object): void {
  if (tiles.delete(key)) settle();
}

document.addEventListener('visibilitychange', settle);

function settle(): void {
  clearTimeout(timer);
  timer = setTimeout(ask, SETTLE_MS);
}

function ask(): void {
  const plan = tilePlan([...tiles.values()], !document.hidden);
  if (socket === null && plan.length > 0) connect();
  const wanted = JSON.stringify({ type: 'watch', tiles: plan });
  if (socket?.readyState !== WebSocket.OPEN || wanted === asked) return;
  asked = wanted;
  socket.send(wanted);
}

function connect(): void {
  if (socket !== null || tiles.size === 0 || document.hidden) return;
  const own = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/live`);
  socket = own;
  asked = '';
  own.binaryType = 'arraybuffer';
  own.onopen = () => {
    retry.succeeded();
    ask();
  };
  own.onmessage = ({ data }) => {
    if (!(data instanceof ArrayBuffer)) return;
    const frame = parseFrame(data);
    for (const tile of tiles.values()) if (tile.camera === frame.camera) tile.show(frame);
  };
  own.onclose = () => {
    socket = null;
    retry.schedule();
  };
}
