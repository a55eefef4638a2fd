// Makes a checkout ready to run: packages from the lockfile, ffmpeg, the compiled program. Does only what is missing.
// Usage: node .ci/setup.mjs [--tests]      --tests: also what the tests use beside (a real Prometheus, RTSP server, MQTT broker)
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bar } from './bar.mjs';
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

/** Where npm puts each package that it installs on this machine. */
function packageFolders() {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const fits = (listed, own) => !listed || listed.includes(own);
  const libc = process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
  return Object.entries(packages)
    .filter(
      ([, entry]) =>
        fits(entry.os, process.platform) && fits(entry.cpu, process.arch) && fits(entry.libc, libc),
    )
    .map(([folder]) => folder)
    .filter((folder) => folder !== '');
}

async function installPackages() {
  const stampFile = 'node_modules/.spotter-setup';
  const stamp = fingerprint(['package.json', 'package-lock.json']);
  if (isCurrent(stampFile, stamp)) return;
  const bar = new Bar('installing npm packages');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const child = spawn(
    npm,
    ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
    },
  );
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  // npm reports no progress when its output is not a terminal: look at what is there.
  const folders = packageFolders();
  const look = setInterval(() => {
    const there = folders.filter((folder) => existsSync(`${folder}/package.json`)).length;
    bar.show(there / folders.length, `${there} of ${folders.length}`);
  }, 200);
  const [status] = await once(child, 'close');
  clearInterval(look);
  bar.end();
  process.stderr.write(errors);
  if (status !== 0) throw new Error('npm ci failed; see above');
  writeFileSync(stampFile, stamp);
}

try {
  checkNode();
  await installPackages();
  await installFfmpeg();
  if (process.argv.includes('--tests')) await installTestServers();
  buildIfStale();
} catch (error) {
  process.stderr.write(`setup: ${error.message}\n`);
  process.exitCode = 1;
}
