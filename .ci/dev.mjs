// Compiles on every change of src/ and restarts the daemon when that went well.
// Usage: npm run dev [-- options of `spotter run`]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tsc } from './build.mjs';

/** The daemon that runs, or has been asked to end. */
let daemon;
let isEnding = false;
/** Restarts one after another: a change may come while the daemon before is still ending. */
let restarts = Promise.resolve();

async function endDaemon() {
  if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
}

async function restart() {
  await endDaemon();
  if (isEnding) return;
  const program = ['--enable-source-maps', 'build/src/main.js', 'run', ...process.argv.slice(2)];
  daemon = spawn(process.execPath, program, { stdio: 'inherit' });
}

const compiler = spawn(process.execPath, [tsc, '-p', 'tsconfig.json', '--watch', '--preserveWatchOutput'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  // A group of its own: the compiler starts another process, which a signal to the first alone does not reach.
  detached: true,
});
createInterface({ input: compiler.stdout }).on('line', (line) => {
  if (line !== '') process.stderr.write(`${line}\n`);
  if (line.includes(' Found 0 errors.')) restarts = restarts.then(restart);
});

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    isEnding = true;
    process.kill(-compiler.pid, 'SIGTERM');
    restarts = restarts.then(endDaemon);
  });
await once(compiler, 'exit');
await restarts;
