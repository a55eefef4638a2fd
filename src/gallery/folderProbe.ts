import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { silentFolder } from './fileGuard.js';

const LIMIT_MS = 10_000;
const LOOK = 'try { require("fs").readdirSync(process.argv[1]) } catch {}';

/**
 * Looks at a folder in a process of its own. A process that looks at a network share whose server is gone cannot exit, and
 * this one can be left behind.
 *
 * @throws SpotterError gallery.not_found when it does not answer; a folder that is missing has answered
 */
export async function probeFolder(folder: string, limitMs = LIMIT_MS): Promise<void> {
  const child = spawn(process.execPath, ['-e', LOOK, folder], { stdio: 'ignore' });
  try {
    await once(child, 'exit', { signal: AbortSignal.timeout(limitMs) });
  } catch {
    // Neither a file system that does not answer nor a machine without processes to spare.
    if (child.pid === undefined) return;
    child.kill('SIGKILL');
    child.unref();
    throw silentFolder(folder, limitMs);
  }
}
