import { signal } from '@preact/signals';

/** Unix time in ms, once a second while the tab is visible: for ages that grow. */
export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1000);
