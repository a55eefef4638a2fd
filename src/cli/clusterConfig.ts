import { isUtf8 } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import { CONNECTIONS } from '../config/unusedSections.js';
import { describeFileError, SpotterError } from '../core/errors.js';
import { regularFileBytes } from '../core/regularFile.js';
import type { Context } from './context.js';
import { type CommonOptions, incompleteConfigOf } from './options.js';
import { printJson, printLine, printLines } from './print.js';
import { readShared, writeShared } from './sharedConfigAccess.js';

/** Says in what `show` prints which revision it is; `apply` then replaces that one alone. */
const MARK = /^# revision (\d+) .*\n/m;

/**
 * `spotter cluster config show|apply`: the cameras that all nodes share.
 *
 * @throws SpotterError usage, config.changed, config.invalid, cluster.unreachable
 */
export async function config(
  { signal }: Context,
  action: 'show' | 'apply',
  file: string | undefined,
  options: CommonOptions & { json?: boolean },
): Promise<number> {
  const { data } = incompleteConfigOf(options, CONNECTIONS).config;
  if (action === 'show') {
    if (file !== undefined)
      throw new SpotterError('usage', 'show takes no file; redirect its output: show > cameras.yaml');
    const shared = await readShared(data, signal);
    if (options.json) printJson(shared);
    else
      printLines([
        `# revision ${shared.revision} of the shared cameras; change them with: spotter cluster config apply FILE`,
        ...shared.text.trimEnd().split('\n'),
      ]);
    return 0;
  }
  if (file === undefined)
    throw new SpotterError('usage', 'apply needs a file, as "spotter cluster config show" prints it');
  const given = await read(file);
  const mark = MARK.exec(given)?.[1];
  const revision = await writeShared(
    data,
    { text: given.replace(MARK, ''), revision: mark === undefined ? null : Number(mark) },
    signal,
  );
  if (options.json) printJson({ revision });
  else
    printLine(
      `revision ${revision}: every node applies it now; "spotter cluster status" shows who watches what`,
    );
  return 0;
}

async function read(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await buffer(process.stdin) : regularFileBytes(file);
  } catch (cause) {
    throw new SpotterError('usage', `cannot read ${file}: ${describeFileError(cause)}; give another file`, {
      cause,
    });
  }
  if (!isUtf8(bytes)) throw new SpotterError('usage', `${file} is not UTF-8 text; save it as UTF-8`);
  return bytes.toString('utf8');
}
