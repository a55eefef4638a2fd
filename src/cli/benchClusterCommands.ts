import { InvalidArgumentError, Option } from 'commander';
import { SCENARIOS, type Scenario } from '../../bench/faultNames.js';
import type { CommandGroup } from './definition.js';
import { jsonOption, wholeNumber } from './flags.js';

/** The measurements of several nodes. */
export const CLUSTER_BENCHES: CommandGroup['commands'] = [
  {
    name: 'cluster',
    description:
      'three nodes and three NATS servers, and what happens to cameras and events when something fails; from a checkout, as root on Linux',
    example: 'spotter bench cluster --scenarios kill,partition --rounds 20',
    options: [
      new Option('--scenarios <list>', `what happens: ${SCENARIOS.join(', ')}`)
        .argParser(scenarios)
        .default([...SCENARIOS], 'all'),
      new Option('--rounds <n>', 'kills, photos and measurements').argParser(wholeNumber(1)).default(3),
      new Option('--cameras <n>', 'RTSP cameras').argParser(wholeNumber(1)).default(4),
      new Option('--recordings <n>', 'recordings that are cameras').argParser(wholeNumber(0)).default(2),
      new Option('--fps <n>', 'frames per second and camera').argParser(wholeNumber(1)).default(3),
      new Option('--seconds <n>', 'duration of each measurement of overhead')
        .argParser(wholeNumber(5))
        .default(20),
      jsonOption(),
    ],
    load: async () => (await import('./benchCluster.js')).cluster,
  },
];

function scenarios(text: string): Scenario[] {
  const names = text.split(',');
  const wrong = names.find((name) => !SCENARIOS.some((scenario) => scenario === name));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`there is no ${wrong}; choose of ${SCENARIOS.join(', ')}.`);
  return names as Scenario[];
}
