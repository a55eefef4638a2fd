import { signal } from '@preact/signals';
import { RequestFault } from '../api/transport.js';
import { texts } from '../texts.js';
import { whenForgotten } from './forgotten.js';

/** A short message at the edge of the page. */
export interface Toast {
  id: number;
  text: string;
  isFault: boolean;
  undo: (() => Promise<unknown>) | null;
  /** Whom it is about; null for nobody. */
  person: string | null;
}

export const toasts = signal<readonly Toast[]>([]);

/** Long enough to read and to reach "Undo". */
const SHOWN_MS = 10_000;
let nextId = 1;

/** @param undo what "Undo" does @param person whom it is about */
export function showToast(text: string, undo: Toast['undo'] = null, person: Toast['person'] = null): void {
  add({ id: nextId++, text, isFault: false, undo, person });
}

/** Says what went wrong; stays until it is closed. */
export function showFault(error: unknown): void {
  showUnfinished(error instanceof RequestFault ? error.message : texts.fault(error));
}

/** Says what is still to be done; stays until it is closed. */
export function showUnfinished(text: string): void {
  add({ id: nextId++, text, isFault: true, undo: null, person: null });
}

export function closeToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

whenForgotten((name) => {
  toasts.value = toasts.value.filter(({ person }) => person !== name);
});

function add(toast: Toast): void {
  // What somebody has to act on or to close is never in the way of what is only said.
  const plain =
    toasts.value.length < 3 ? undefined : toasts.value.find((one) => !one.isFault && one.undo === null);
  toasts.value = [...toasts.value.filter((one) => one !== plain), toast];
  if (!toast.isFault) setTimeout(() => closeToast(toast.id), SHOWN_MS);
}
