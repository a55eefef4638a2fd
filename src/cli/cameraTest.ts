import type { CameraDraft } from '../config/cameraDraft.js';
import { hasGap } from '../config/gaps.js';
import type { IncompleteConfig } from '../config/load.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { meantOrListed } from '../core/nearest.js';
import { draftCamera } from './cameraAddress.js';
import { picturePlace, savePicture } from './cameraPicture.js';
import { describeTrial, explore, type Found, shown, trialJson } from './cameraTrials.js';
import type { Context } from './context.js';
import { givenAddress } from './givenAddress.js';
import { type CommonOptions, incompleteConfigOf } from './options.js';
import { printJson, printLine, printLines } from './print.js';

/** Options of `spotter camera test`. */
export interface CameraTestOptions extends CommonOptions {
  transport?: 'tcp' | 'udp';
  picture?: string;
  json?: boolean;
}

/**
 * `spotter camera test`: what a camera sends, with a picture.
 *
 * @throws SpotterError of {@link explore} for a camera that cannot be used
 */
export async function test({ signal }: Context, given: string, options: CameraTestOptions): Promise<number> {
  const loaded = incompleteConfigOf(options, CONNECTIONS);
  const { config } = loaded;
  const draft = draftOf(await givenAddress(given), loaded);
  const transport = options.transport ?? (draft.isConfigured ? draft.config.transport : null);
  const file = picturePlace(options.picture, draft.config.id, config);
  const found = await explore(draft, { config, signal, transport, quiet: options.quiet });
  savePicture(file, found.trial.jpeg);
  if (options.json) printJson(foundJson(draft, found, file));
  else printLines(foundLines(draft, found, file));
  for (const notice of options.json ? [] : found.trial.notices) printLine(`  note        ${notice}`);
  return 0;
}

/** What was found of a camera, as lines. @param file where its picture is */
export function foundLines(
  { config, secrets }: CameraDraft,
  { trial, transport, sub }: Found,
  file: string,
): string[] {
  const lines = [
    `${config.id}: ${shown(config.url, secrets)}`,
    `  video       ${describeTrial(trial)}`,
    `  picture     ${file}`,
  ];
  if (transport !== null) lines.push(`  transport   ${transport}`);
  if (sub)
    lines.push(`  sub-stream  ${shown(sub.url, secrets)}`, `              ${describeTrial(sub.trial)}`);
  return lines;
}

/** The same as JSON. */
export function foundJson(
  { config, secrets }: CameraDraft,
  { trial, transport, sub }: Found,
  file: string,
): object {
  return {
    id: config.id,
    url: shown(config.url, secrets),
    ...trialJson(trial),
    transport,
    picture: file,
    sub: sub && { url: shown(sub.url, secrets), ...trialJson(sub.trial) },
  };
}

/** A configured camera by its id, or an address. @throws SpotterError usage */
function draftOf(
  given: string,
  { config, secrets, gaps }: IncompleteConfig,
): CameraDraft & { isConfigured: boolean } {
  const configured = config.cameras.find(({ id }) => id === given);
  const own = gaps.filter((gap) => gap.section === 'cameras' && hasGap(configured, [gap]));
  if (own.length > 0) throw new SpotterError('config.invalid', own.map(({ fault }) => fault).join('\n'));
  if (configured) return { config: configured, secrets: [...secrets], isConfigured: true };
  if (/^[a-z0-9-]{1,40}$/.test(given)) {
    const ids = config.cameras.map(({ id }) => id);
    const hint = ids.length === 0 ? 'give an address' : meantOrListed(given, ids);
    throw new SpotterError('usage', `no camera "${given}" is configured; ${hint}`);
  }
  return { ...draftCamera({ url: given }, process.cwd()), isConfigured: false };
}
