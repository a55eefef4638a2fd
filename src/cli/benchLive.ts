import type { LiveViewResult, Stretch } from '../../bench/liveView.js';
import { median } from '../../bench/statistics.js';
import type { Context } from './context.js';
import { type CommonOptions, recognitionArguments } from './options.js';
import { printJson, printLines } from './print.js';
import { ProgressBar } from './progress.js';

/** Options of `spotter bench live`. */
export interface LiveBenchOptions extends CommonOptions {
  tiles: number;
  fps: number;
  tileWidth: number;
  cameraFps: number;
  width: number;
  rounds: number;
  seconds: number;
  json?: boolean;
}

/** `spotter bench live`: what live pictures cost the daemon. */
export async function live({ signal }: Context, options: LiveBenchOptions): Promise<number> {
  const { measureLiveView } = await import('../../bench/liveView.js');
  const { tiles, fps, tileWidth, cameraFps, width, rounds, seconds } = options;
  const bar = new ProgressBar('runs', !options.quiet);
  let run = 0;
  const result = await measureLiveView({
    ...{ tiles, fps, tileWidth, cameraFps, width, rounds, seconds, signal },
    daemonArguments: recognitionArguments(options),
    onProgress: (text) => bar.show(run++, 2 * rounds, text),
  }).finally(() => bar.stop());
  if (options.json) printJson({ tiles, fps, tileWidth, cameraFps, width, rounds, seconds, ...result });
  else
    printLines([
      `${tiles} tiles, ${tileWidth} px wide at ${fps} pictures/s, of cameras ${width} px wide at ${cameraFps} frames/s`,
      ...table(result),
    ]);
  return 0;
}

function table({ watched, unwatched, added, perPictureMs }: LiveViewResult): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const row = (name: string, stretches: readonly Stretch[]) => {
    const middle = (read: (stretch: Stretch) => number) => median(stretches.map(read));
    return [
      name.padEnd(18),
      percent(middle(({ cores }) => cores)).padStart(9),
      middle(({ frames }) => frames)
        .toFixed(1)
        .padStart(11),
      middle(({ made }) => made)
        .toFixed(1)
        .padStart(12),
      `${middle(({ latency }) => latency.p50).toFixed(0)} / ${middle(({ latency }) => latency.p95).toFixed(0)} ms`.padStart(
        17,
      ),
    ].join('');
  };
  return [
    `                  ${['of a core', 'frames/s', 'pictures/s', 'frame p50 / p95'].map((text, index) => text.padStart([9, 11, 12, 17][index])).join('')}`,
    row('without a viewer', unwatched),
    row('with a viewer', watched),
    `added: ${percent(added)} of a core, ${perPictureMs.toFixed(1)} ms per picture`,
  ];
}
