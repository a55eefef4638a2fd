import { spawn, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { lineMatching } from './cli.js';
import { root } from './paths.js';
import { temporaryFolder } from './temporary.js';

/** Rules, configuration and dashboard of docs/monitoring.md. */
export const monitoringFolder = path.join(root, 'docs/monitoring');

/** Skips the test with the reason when Prometheus is not installed. */
export function needPrometheus(context: TestContext): void {
  if (spawnSync('prometheus', ['--version']).error)
    context.skip('needs prometheus (Debian: apt-get install prometheus)');
}

/** A sample, or the last exemplar, by its labels. */
interface Result {
  metric: Record<string, string>;
  value: [number, string];
}

/** A real Prometheus with the configuration of docs/monitoring that scrapes a daemon five times a second; it ends with the test. */
export async function startPrometheus(address: string) {
  const folder = temporaryFolder();
  cpSync(monitoringFolder, folder, { recursive: true });
  const file = path.join(folder, 'prometheus.yml');
  const config = readFileSync(file, 'utf8')
    .replaceAll('127.0.0.1:8480', new URL(address).host)
    .replaceAll('15s', '200ms');
  writeFileSync(file, config);
  const server = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${folder}/data`,
      '--web.listen-address=127.0.0.1:0',
      '--enable-feature=exemplar-storage',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  const listening = await lineMatching(server, 'stderr', /Listening on/);
  server.stderr?.resume();
  const [, port] = /address=127\.0\.0\.1:(\d+)/.exec(listening) ?? [];
  const ask = async <T>(api: string, parameters: Record<string, string>): Promise<T | null> => {
    const url = `http://127.0.0.1:${port}/api/v1/${api}?${new URLSearchParams(parameters)}`;
    const answer = await fetch(url)
      .then((response) => response.json() as Promise<{ data?: T }>)
      .catch(() => null);
    return answer?.data ?? null;
  };
  /** The samples that a query finds now; none for one that is not valid. */
  const query = async (expression: string) =>
    (await ask<{ result?: Result[] }>('query', { query: expression }))?.result ?? [];
  /** The first value that a query finds; NaN without one. */
  const value = async (expression: string) => Number((await query(expression))[0]?.value[1] ?? Number.NaN);
  return { ask, query, value };
}
