import { signal } from '@preact/signals';

const EVERY_MS = 1000;
let timer: ReturnType<typeof setInterval>;

const tick = () => {
  if (!document.hidden) now.value = Date.now();
};

/** Unix time in ms, once a second while something shows it and the tab is visible: for ages that grow. */
export const now = signal(Date.now(), {
  watched: () => {
    timer = setInterval(tick, EVERY_MS);
    queueMicrotask(tick);
  },
  unwatched: () => clearInterval(timer),
});
