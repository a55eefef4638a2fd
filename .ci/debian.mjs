// What the program and its tests need beside npm packages: installed with apt-get where we may, asked for elsewhere.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const log = (text) => process.stderr.write(`setup: ${text}\n`);

const runs = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Debian packages, where we may install them. @returns whether they are there now */
function aptInstall(packages) {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !runs('apt-get', '--version')) return false;
  log(`installing ${packages.join(' ')} with apt-get`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, encoding: 'utf8' };
  const wait = ['-o', 'DPkg::Lock::Timeout=120']; // another apt may be at work on a machine that has just started
  const updated = spawnSync('apt-get', [...wait, 'update', '-qq'], options);
  if (updated.status !== 0) log('apt-get update failed; trying with the old lists');
  const install = [...wait, 'install', '-y', '-qq', '--no-install-recommends', ...packages];
  const installed = spawnSync('apt-get', install, options);
  if (installed.status !== 0) process.stderr.write(installed.stderr);
  return installed.status === 0;
}

/** @throws when ffmpeg is missing and cannot be installed */
export function installFfmpeg() {
  const there = () =>
    runs(process.env.FFMPEG_PATH || 'ffmpeg', '-version') &&
    runs(process.env.FFPROBE_PATH || 'ffprobe', '-version');
  if (there() || (aptInstall(['ffmpeg']) && there())) return;
  throw new Error('ffmpeg is missing; install it (Debian: sudo apt-get install ffmpeg) and run this again');
}

const FOR_TESTS = [
  {
    name: 'prometheus',
    packages: ['prometheus'],
    isThere: () => runs('promtool', '--version'),
  },
  {
    name: 'an RTSP server',
    packages: [
      'python3-gi',
      'gir1.2-gst-rtsp-server-1.0',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
    ],
    isThere: () => runs('/usr/bin/python3', 'assets/rtspServer.py', '--check'),
  },
  {
    name: 'mosquitto',
    packages: ['mosquitto'],
    // Debian puts it where not everybody's path leads.
    isThere: () => runs('mosquitto', '-h') || existsSync('/usr/sbin/mosquitto'),
  },
];

/** The far ends that the tests talk to. Where one is missing, the tests that need it are skipped. */
export function installTestServers() {
  for (const { name, packages, isThere } of FOR_TESTS) {
    if (isThere() || (aptInstall(packages) && isThere())) continue;
    const command = `sudo apt-get install ${packages.join(' ')}`;
    log(`${name} is missing; the tests that need it are skipped (Debian: ${command})`);
  }
}
