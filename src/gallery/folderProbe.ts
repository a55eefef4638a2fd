import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { silentFolder } from './fileGuard.js';

const LIMIT_MS = 10_000;
/** On a machine that is busy, the process itself takes a while to start. */
const STARTS_MS = 60_000;
const LOOK =
  'const fs = require("fs"); fs.writeSync(1, "."); try { fs.readdirSync(process.argv[1]) } catch {}';

/**
 * Looks at a folder in a process of its own. A process that looks at a network share whose server is gone cannot exit, and
 * this one can be left behind.
 *
 * @throws SpotterError gallery.not_found when it does not answer; a folder that is missing has answered
 */
export async function probeFolder(folder: string, limitMs = LIMIT_MS): Promise<void> {
  const child = spawn(process.execPath, ['-e', LOOK, folder], { stdio: ['ignore', 'pipe', 'ignore'] });
  // An error is a machine without processes to spare, not a file system that does not answer.
  const exit = once(child, 'exit').then(
    () => true,
    () => true,
  );
  await Promise.race([
    exit,
    once(child.stdout, 'data', { signal: AbortSignal.timeout(STARTS_MS) }).catch(() => {}),
  ]);
  // Where this process was busy for so long, the exit is only noticed after the timer.
  const limit = setTimeout(limitMs, null, { ref: false }).then(() => setImmediate(false));
  if (await Promise.race([exit, limit])) return;
  child.kill('SIGKILL');
  child.stdout.destroy();
  child.unref();
  throw silentFolder(folder, limitMs);
}
