// Makes a checkout ready to run: packages from the lockfile, ffmpeg, the compiled program. Does only what is missing.
// Usage: node .ci/setup.mjs [--tests]      --tests: also what the tests use beside (a real Prometheus, RTSP server, MQTT broker)
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from './build.mjs';
import { installFfmpeg, installTestServers } from './debian.mjs';
import { fingerprint, isCurrent } from './stamp.mjs';

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old; install Node 20.19 or newer`);
  }
}

function installPackages() {
  const stampFile = 'node_modules/.spotter-setup';
  const stamp = fingerprint(['package.json', 'package-lock.json']);
  if (isCurrent(stampFile, stamp)) return;
  process.stderr.write('setup: installing packages from the lockfile\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) throw new Error('npm ci failed; see above');
  writeFileSync(stampFile, stamp);
}

try {
  checkNode();
  installPackages();
  installFfmpeg();
  if (process.argv.includes('--tests')) installTestServers();
  buildIfStale();
} catch (error) {
  process.stderr.write(`setup: ${error.message}\n`);
  process.exitCode = 1;
}
