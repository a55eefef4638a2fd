// Prepares a checkout: npm packages from the lockfile, ffmpeg, the compiled program. Does only what is missing.
// Usage: node .ci/setup.mjs [--tests]      --tests: also installs what the tests use (Prometheus, an RTSP server, an MQTT broker)
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const log = (text) => process.stderr.write(`setup: ${text}\n`);

function stop(text) {
  log(text);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    stop(`Node ${process.versions.node} is too old; install Node 20.19 or newer`);
  }
}

/** SHA-256 over the names and contents of files. */
function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function isCurrent(stampFile, stamp) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
}

function installPackages() {
  const stampFile = 'node_modules/.spotter-setup';
  const stamp = fingerprint(['package.json', 'package-lock.json']);
  if (isCurrent(stampFile, stamp)) return;
  log('installing packages from the lockfile');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) stop('npm ci failed; see above');
  writeFileSync(stampFile, stamp);
}

const runs = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Installs Debian packages if this user may. @returns whether they are installed now */
function aptInstall(packages) {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !runs('apt-get', '--version')) return false;
  log(`installing ${packages.join(' ')} with apt-get`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, encoding: 'utf8' };
  const wait = ['-o', 'DPkg::Lock::Timeout=120']; // on a machine that has just started, another apt may be running
  const updated = spawnSync('apt-get', [...wait, 'update', '-qq'], options);
  if (updated.status !== 0) log('apt-get update failed; using the existing package lists');
  const install = [...wait, 'install', '-y', '-qq', '--no-install-recommends', ...packages];
  const installed = spawnSync('apt-get', install, options);
  if (installed.status !== 0) process.stderr.write(installed.stderr);
  return installed.status === 0;
}

function installFfmpeg() {
  const there = () =>
    runs(process.env.FFMPEG_PATH || 'ffmpeg', '-version') &&
    runs(process.env.FFPROBE_PATH || 'ffprobe', '-version');
  if (there() || (aptInstall(['ffmpeg']) && there())) return;
  stop('ffmpeg is missing; install it (Debian: sudo apt-get install ffmpeg) and try again');
}

function installPrometheus() {
  if (runs('promtool', '--version') || aptInstall(['prometheus'])) return;
  log('prometheus is missing; tests that need it are skipped (Debian: sudo apt-get install prometheus)');
}

function installBroker() {
  // Debian installs it outside the PATH of most users.
  const there = () => runs('mosquitto', '-h') || existsSync('/usr/sbin/mosquitto');
  if (there() || (aptInstall(['mosquitto']) && there())) return;
  log('mosquitto is missing; tests that need it are skipped (Debian: sudo apt-get install mosquitto)');
}

function installRtspServer() {
  const there = () => runs('/usr/bin/python3', 'assets/rtspServer.py', '--check');
  const packages = ['python3-gi', 'gir1.2-gst-rtsp-server-1.0'];
  packages.push('gstreamer1.0-plugins-good', 'gstreamer1.0-plugins-bad');
  if (there() || (aptInstall(packages) && there())) return;
  log(
    `the RTSP server is missing; tests that need it are skipped (Debian: sudo apt-get install ${packages.join(' ')})`,
  );
}

function sources(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function build() {
  const stampFile = 'dist/.spotter-setup';
  const stamp = fingerprint(['tsconfig.json', 'package-lock.json', ...sources('src'), ...sources('bench')]);
  if (isCurrent(stampFile, stamp)) return;
  log('compiling');
  rmSync('dist', { recursive: true, force: true });
  try {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], {
      stdio: 'inherit',
    });
  } catch {
    stop('compilation failed; see above');
  }
  writeFileSync(stampFile, stamp);
}

checkNode();
installPackages();
installFfmpeg();
if (process.argv.includes('--tests')) {
  installPrometheus();
  installRtspServer();
  installBroker();
}
build();
