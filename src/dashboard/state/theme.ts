import { effect, signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'spotter.theme';
const NEXT: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };

const stored = localStorage.getItem(KEY);

/** Light or dark; auto: as the system has it. */
export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'auto');

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  if (theme.value === 'auto') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme.value);
});

export function nextTheme(): void {
  theme.value = NEXT[theme.value];
}
