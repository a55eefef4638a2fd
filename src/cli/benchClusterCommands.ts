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
  {
    name: 'cluster-size',
    description:
      'what NATS and nodes do in a large cluster, without video; from a checkout, as root on Linux',
    example: 'spotter bench cluster-size --nodes 50 --cameras 1000',
    options: [
      new Option('--nodes <n>', 'nodes of the cluster').argParser(wholeNumber(1)).default(50),
      new Option('--cameras <n>', 'cameras that they share').argParser(wholeNumber(1)).default(1000),
      new Option('--rate <n>', 'events per second').argParser(wholeNumber(1)).default(100),
      new Option('--photos <n>', 'photos of people').argParser(wholeNumber(1)).default(20_000),
      new Option('--photo-bytes <n>', 'size of a photo').argParser(wholeNumber(1)).default(1000),
      new Option('--seconds <n>', 'duration of each measurement').argParser(wholeNumber(1)).default(20),
      jsonOption(),
    ],
    load: async () => (await import('./benchClusterSize.js')).clusterSize,
  },
];

function scenarios(text: string): Scenario[] {
  const names = text.split(',');
  const wrong = names.find((name) => !SCENARIOS.some((scenario) => scenario === name));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`there is no ${wrong}; choose of ${SCENARIOS.join(', ')}.`);
  return names as Scenario[];
}
