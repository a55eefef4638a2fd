import { adviceOf } from '../calibration/advice.js';
import { falseNamesAt, measureSettings } from '../calibration/measure.js';
import { settingsFor } from '../calibration/settings.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import type { SettingChange } from '../config/settingEdit.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { checkConfigWritable, writeSettings } from '../config/writeSettings.js';
import { SpotterError } from '../core/errors.js';
import { plural } from '../core/plural.js';
import { acceptedShare } from '../face/odds.js';
import { prepare } from '../models/prepare.js';
import { calibrationJson } from './calibrationJson.js';
import { type Calibration, calibrationLines } from './calibrationLines.js';
import { type CalibrationSources, readSources, whyCannot } from './calibrationSources.js';
import { calibrationSvg } from './calibrationSvg.js';
import type { Context } from './context.js';
import { type CommonOptions, configOf } from './options.js';
import { checkOutputPlace, type OutputKind, writeOutput } from './outputFile.js';
import { printError, printJson, printLine, printLines } from './print.js';

/** Options of `spotter calibrate`. */
export interface CalibrateOptions extends CommonOptions {
  /** Folder of people who are not in the gallery. */
  strangers?: string;
  /** Recording in which nobody of the gallery is seen. */
  clip?: string;
  /** File for the plot. */
  svg?: string;
  /** Change the configuration. */
  write?: boolean;
  /** Value of `match.falseNames` to compare and to write; default: the recommended one. */
  falseNames?: number;
  json?: boolean;
}

const PLOT: OutputKind = { what: 'plot', example: 'plot.svg' };
/** Photos and people that are listed one by one. */
const MAX_LISTED = 5;

/**
 * `spotter calibrate`: how well the people of this gallery are told from each other and from strangers, what other settings would
 * give, and which one to use.
 *
 * @returns 1 when it cannot tell, or when somebody among the strangers is in the gallery
 */
export async function calibrate(context: Context, options: CalibrateOptions): Promise<number> {
  const { svg, write, falseNames: wanted, json } = options;
  const { config, file } = configOf(options, CONNECTIONS);
  const target = write ? writableConfig(file, config) : null;
  if (svg !== undefined) checkOutputPlace(svg, config.gallery.folder, PLOT);
  const prepared = await prepare(config, options.models);
  const settings = settingsFor(config.match, prepared.policyAt, wanted ?? null);
  if (wanted !== undefined && settings.wanted === null)
    throw new SpotterError(
      'usage',
      `--false-names has no effect: embedder "${config.embedder}" has no similarity curves; leave it out`,
    );
  const sources = await readSources(context, options, { config, prepared, settings });
  printSkipped(sources);
  const cannot = whyCannot(sources);
  if (cannot !== null) {
    if (json) printJson({ gallery: config.gallery.folder, cannot });
    else printError(cannot);
    return 1;
  }
  const { trials, compared } = sources;
  const results = measureSettings(trials, settings.all, compared);
  const resultOf = (setting: typeof settings.odds) => results.find((one) => one.setting === setting) ?? null;
  const current = resultOf(settings.current);
  if (!current) throw new SpotterError('internal', 'the setting in use was not measured');
  const accepted = Math.min(1, acceptedShare(config.match));
  const advice = adviceOf(results, { current, odds: resultOf(settings.odds), accepted });
  const chosen = resultOf(settings.wanted);
  const calibration: Calibration = {
    gallery: config.gallery.folder,
    models: `${config.detector} + ${config.embedder}`,
    sources,
    results,
    current,
    advice,
    chosen,
    accepted,
    wrongNames: falseNamesAt(trials, settings.current),
    isByOdds: settings.current.policy.odds !== null,
    ownThresholds: config.cameras.filter(({ match }) => match.threshold !== null).map(({ id }) => id),
  };
  if (svg !== undefined) await writeOutput(svg, partsOf(calibrationSvg(calibration)), PLOT);
  const isKnown = sources.knownStrangers.length > 0;
  if (!json) printLines(calibrationLines(calibration));
  const written = target && !isKnown ? writeResult(target, config, chosen ?? advice.result, current) : null;
  if (json) printJson({ ...calibrationJson(calibration), svg, written });
  else {
    if (svg !== undefined) printLine(`plot written to ${svg}`);
    if (target && isKnown)
      printLine(`${target} stays as it is: move known people out of the strangers first`);
    for (const line of written?.lines ?? []) printLine(`${target}:${line.line}: ${line.text.trim()}`);
    if (target && written?.lines.length === 0) printLine(`${target} stays as it is`);
  }
  return isKnown ? 1 : 0;
}

async function* partsOf(text: string): AsyncGenerator<string> {
  yield text;
}

/** @throws SpotterError usage when the file cannot be written, or another gallery or model is measured than the file names */
function writableConfig(file: string | null, config: Config): string {
  if (file === null) throw new SpotterError('usage', '--write needs a configuration file; name one with -c');
  const own = loadConfig(file, undefined, undefined, CONNECTIONS).config;
  const differs =
    own.detector !== config.detector ||
    own.embedder !== config.embedder ||
    own.gallery.folder !== config.gallery.folder;
  if (differs)
    throw new SpotterError(
      'usage',
      `--write is for the gallery and the models of ${file}; leave out -g, --detector and --embedder, or change them there`,
    );
  checkConfigWritable(file);
  return file;
}

function writeResult(
  target: string,
  { match }: Config,
  { setting }: Calibration['current'],
  current: Calibration['current'],
): { file: string; lines: ReturnType<typeof writeSettings> } {
  if (setting === current.setting) return { file: target, lines: [] };
  const changes: SettingChange[] = [];
  if (setting.threshold === null && setting.falseNames !== match.falseNames)
    changes.push({ section: 'match', key: 'falseNames', value: setting.falseNames });
  if (setting.threshold !== match.threshold)
    changes.push({ section: 'match', key: 'threshold', value: setting.threshold });
  return { file: target, lines: writeSettings(target, changes) };
}

function printSkipped({ skipped, copies, knownStrangers }: CalibrationSources): void {
  for (const { label, photos, person, how } of knownStrangers) {
    const more = photos === 1 ? 'is no stranger' : `and ${plural(photos - 1, 'more photo')} show no stranger`;
    const why = {
      face: `the face is that of ${person}`,
      file: `the same file is in the gallery as ${person}`,
      name: `${person} is in the gallery`,
    };
    printError(`${label} ${more}: ${why[how]}; left out, with all of the same person`);
  }
  for (const { label, why } of skipped.slice(0, MAX_LISTED)) printError(`skipped ${label}: ${why}`);
  if (skipped.length > MAX_LISTED) printError(`skipped ${skipped.length - MAX_LISTED} more`);
  if (copies.length > 0)
    printError(
      `left out ${plural(copies.length, 'photo')} that ${copies.length === 1 ? 'is' : 'are'} nearly the same picture as another: ${copies
        .slice(0, MAX_LISTED)
        .join(', ')}`,
    );
}
