/** What may happen to a cluster. */
export const FAULTS = ['kill', 'partition', 'leader', 'outage', 'freeze', 'clock'] as const;

/** One of {@link FAULTS}. */
export type Fault = (typeof FAULTS)[number];

/** What `spotter bench cluster` runs. */
export const SCENARIOS = [...FAULTS, 'photo', 'forget', 'overhead'] as const;

/** One of {@link SCENARIOS}. */
export type Scenario = (typeof SCENARIOS)[number];
