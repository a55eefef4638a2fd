import { execFileSync } from 'node:child_process';
import { DEMO_CLIP } from './daemon.js';

/** What the cameras show: people who come and go, or a still picture. */
export type Scene = 'visits' | 'still';

/** A clip to make. */
export interface SceneOptions {
  scene: Scene;
  /** Width of the video in px, 16:9. */
  width: number;
  seconds: number;
}

/**
 * Makes a clip at 25 frames/s. `visits` shows the demo's portraits for one second, then nobody for 1.5 seconds, over
 * and over; `still` shows one picture without people, with camera noise.
 */
export function makeScene({ scene, width, seconds }: SceneOptions, clip: string): void {
  const height = Math.round((width * 9) / 32) * 2;
  const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1,setsar=1,fps=25,format=yuv420p`;
  const filter =
    scene === 'still'
      ? `[0:v]trim=11:11.04,${fit},loop=-1:1:0,noise=alls=8:allf=t`
      : `[0:v]trim=0:1,${fit},setpts=PTS-STARTPTS,tpad=stop_mode=add:stop_duration=1.5:color=gray,loop=-1:62:0`;
  const graph = [
    '-filter_complex',
    `${filter},setpts=N/25/TB[v]`,
    '-map',
    '[v]',
    '-t',
    String(seconds),
    '-an',
  ];
  const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '25'];
  const command = ['-v', 'error', '-i', DEMO_CLIP, ...graph, ...x264, clip];
  execFileSync('ffmpeg', command, { stdio: ['ignore', 'ignore', 'inherit'] });
}
