const PATHS = {
  live: 'M4 7h11v10H4zM15 10.500l5-3v9l-5-3',
  history: 'M4 12a8 8 0 1 0 2.6-5.900M4 4v4h4M12 8v4l3 2',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3 20c0-3.5 2.5-6 6-6s6 2.5 6 6M16 4.500a3.5 3.5 0 0 1 0 6.500M18 14.500c2 .8 3 2.8 3 5.5',
  health: 'M3 12h4l2.5-6 4 12 2.5-6H21',
  theme:
    'M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.400M5.6 18.4 7 17M17 7l1.4-1.400M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 12.5 10 17 19 7',
  question: 'M9 9a3 3 0 1 1 4.2 2.700c-.8.4-1.2 1-1.2 2M12 17.500v.1',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  out: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  play: 'M8 5.500v13l10-6.500z',
  pause: 'M8 5v14M16 5v14',
  gap: 'M12 4v10M12 18v.1',
  visit: 'M5 12h13M13 7l5 5-5 5',
  plus: 'M12 5v14M5 12h14',
} as const;

export type IconName = keyof typeof PATHS;

/** A sign beside words; readers skip it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
