import { programCall, quoted } from '../core/programCall.js';

/**
 * What to do with a new home, in three steps.
 *
 * @param folder of the home, as the user would write it; '.' for the working folder
 */
export function nextSteps(folder: string): string[] {
  return numbered(stepsIn(folder));
}

/** What to do without a home. @param folder where to make it */
export function firstSteps(folder: string): string[] {
  return numbered([['Make a folder of your own', `init ${quoted(folder)}`], ...stepsIn(folder)]);
}

type Step = [what: string, argumentsOfSpotter: string];

function stepsIn(folder: string): Step[] {
  const place = folder === '.' ? '' : ` --dir ${quoted(folder)}`;
  return [
    ['Add your photos', `gallery add alice alice1.jpg alice2.jpg${place}`],
    ['Add a camera', `camera add rtsp://user:password@192.168.1.20/stream1${place}`],
    ['Watch it', `run${place}`],
  ];
}

function numbered(steps: readonly Step[]): string[] {
  const call = programCall();
  return [
    'Next:',
    ...steps.flatMap(([what, rest], index) => [`  ${index + 1}. ${what}:`, `     ${call} ${rest}`]),
  ];
}
