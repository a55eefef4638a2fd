import type { LoadedConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError, throwIfInterrupted } from '../core/errors.js';
import { meantOr } from '../core/nearest.js';
import type { ListedDeadLetter } from '../events/sinks/port.js';
import type { Context } from './context.js';
import { type LetterAccess, withLetters } from './letterAccess.js';
import { type CommonOptions, configOf } from './options.js';
import { printError, printJson, printLine, printLines } from './print.js';
import { leftTable } from './table.js';

const NOT_WEBHOOKS = CONNECTIONS.filter((section) => section !== 'webhooks');

interface ListOptions extends CommonOptions {
  sink?: string;
  limit?: number;
  json?: boolean;
}

interface SelectOptions extends CommonOptions {
  all?: boolean;
  sink?: string;
  json?: boolean;
}

/** `spotter dead-letters list`. @returns 0 */
export async function list({ signal }: Context, options: ListOptions): Promise<number> {
  const loaded = configOf(options, CONNECTIONS);
  return withLetters(loaded, signal, async (letters) => {
    const found = await select(letters, loaded, options.sink, options.limit);
    if (options.json) printJson({ deadLetters: found });
    else printLines(found.length === 0 ? ['no dead letters'] : leftTable(found.map(cellsOf)));
    return 0;
  });
}

/** `spotter dead-letters resend`. @returns 0 every one was accepted, 1 some were not */
export async function resend({ signal }: Context, given: string[], options: SelectOptions): Promise<number> {
  const wanted = numbersOf(given, options);
  const loaded = configOf(options, CONNECTIONS);
  return withLetters(
    loaded,
    signal,
    async (letters) => {
      let [delivered, kept] = [0, 0];
      const down = new Set<string | undefined>();
      for (const { number, sink } of wanted ?? (await select(letters, loaded, options.sink))) {
        throwIfInterrupted(signal);
        if (down.has(sink)) {
          kept++;
          continue;
        }
        const { outcome, reason } = await letters.resend(number);
        if (outcome === 'delivered') delivered++;
        else kept++;
        // The rest for a far end that is away would only take as many timeouts.
        if (outcome === 'failed' && sink !== undefined) down.add(sink);
        if (options.json) printJson({ number, outcome, reason });
        else if (outcome !== 'delivered') printError(`${number}: ${reason ?? MISSING}`);
      }
      if (!options.json) printLine(`${delivered} delivered, ${kept} not`);
      return kept > 0 ? 1 : 0;
    },
    () => configOf(options, NOT_WEBHOOKS),
  );
}

/** `spotter dead-letters drop`. @returns 0 every one is gone, 1 some did not exist */
export async function drop({ signal }: Context, given: string[], options: SelectOptions): Promise<number> {
  const wanted = numbersOf(given, options);
  const loaded = configOf(options, CONNECTIONS);
  return withLetters(loaded, signal, async (letters) => {
    let [dropped, missing] = [0, 0];
    for (const { number } of wanted ?? (await select(letters, loaded, options.sink))) {
      throwIfInterrupted(signal);
      if (await letters.drop(number)) dropped++;
      else {
        missing++;
        if (!options.json) printError(`${number}: ${MISSING}`);
      }
    }
    if (options.json) printJson({ dropped, missing });
    else printLine(`${dropped} dropped`);
    return missing > 0 ? 1 : 0;
  });
}

const MISSING = 'there is no dead letter with this number; see "spotter dead-letters list"';

/** A dead letter, and its sink where that is known. */
interface Wanted {
  number: number;
  sink?: string;
}

/** The given numbers; null: all that the options select. @throws SpotterError usage */
function numbersOf(given: readonly string[], { all, sink }: SelectOptions): Wanted[] | null {
  const isSelection = all === true || sink !== undefined;
  if (given.length > 0 === isSelection)
    throw new SpotterError('usage', 'give the numbers of dead letters, or else --all or --sink NAME');
  const invalid = given.find((text) => !/^[1-9]\d{0,14}$/.test(text));
  if (invalid !== undefined)
    throw new SpotterError(
      'usage',
      `${invalid} is not the number of a dead letter; give whole numbers from 1`,
    );
  return isSelection ? null : given.map((text) => ({ number: Number(text) }));
}

/** Oldest first. @param limit only the newest so many. @throws SpotterError usage for a sink that there is not */
async function select(
  letters: LetterAccess,
  { config }: LoadedConfig,
  sink?: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<ListedDeadLetter[]> {
  const found: ListedDeadLetter[] = [];
  const seen = new Set<string>();
  let before: number | null = null;
  while (found.length < limit) {
    const page: ListedDeadLetter[] = await letters.page(before);
    for (const letter of page) seen.add(letter.sink);
    found.push(...page.filter((letter) => sink === undefined || letter.sink === sink));
    const last = page.at(-1);
    if (!last) break;
    before = last.number;
  }
  if (sink !== undefined && found.length === 0) requireSink(sink, config, seen);
  return found.slice(0, limit).reverse();
}

/** @param seen sinks that have dead letters, which may be of webhooks that are no longer configured */
function requireSink(sink: string, { webhooks, mqtt }: Config, seen: ReadonlySet<string>): void {
  const configured = [...webhooks.map(({ id }) => `webhook:${id}`), ...(mqtt.url === null ? [] : ['mqtt'])];
  const known = [...new Set([...configured, ...seen])];
  // Without the secrets of webhooks, none is known.
  if (known.length === 0 || known.includes(sink)) return;
  const remedy = meantOr(sink, known, `there are ${known.join(', ')}`);
  throw new SpotterError('usage', `no sink is called ${sink}; ${remedy}`);
}

function cellsOf({ number, sink, seq, at, reason }: ListedDeadLetter): string[] {
  return [`${number}`, at, sink, `event ${seq}: ${reason}`];
}
