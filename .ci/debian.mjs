// What the program and its tests need beside npm packages: installed with apt-get where we may, asked for elsewhere.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Bar } from './bar.mjs';

const log = (text) => process.stderr.write(`setup: ${text}\n`);

const runs = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Runs apt-get with a bar. @returns exit status, null when a signal ended it, and what it wrote to stderr */
async function apt(args, bar) {
  // Another apt may be at work on a machine that has just started.
  const settings = ['-qq', '-o', 'APT::Status-Fd=3', '-o', 'DPkg::Lock::Timeout=120'];
  const child = spawn('apt-get', [...settings, ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  // Lines such as dlstatus:3:25.5:Downloading libx264 and pmstatus:ffmpeg:60.0:Unpacking ffmpeg.
  createInterface({ input: child.stdio[3] }).on('line', (line) => {
    const [, phase, percent] = /^(dl|pm)status:[^:]*:([\d.]+):/.exec(line) ?? [];
    if (phase) bar.show(percent / 100, phase === 'dl' ? 'downloading' : 'unpacking');
  });
  const [status] = await once(child, 'close');
  return { status, errors };
}

/** Debian packages, where we may install them. @returns whether they are there now */
async function aptInstall(packages) {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !runs('apt-get', '--version')) return false;
  const bar = new Bar(`installing ${packages.join(' ')} with apt-get`);
  const updated = await apt(['update'], bar);
  const installed = await apt(['install', '-y', '--no-install-recommends', ...packages], bar);
  bar.end();
  if (updated.status !== 0) log('apt-get update failed; tried with the old lists');
  if (installed.status !== 0) process.stderr.write(installed.errors);
  return installed.status === 0;
}

/** @throws when ffmpeg is missing and cannot be installed */
export async function installFfmpeg() {
  const there = () =>
    runs(process.env.FFMPEG_PATH || 'ffmpeg', '-version') &&
    runs(process.env.FFPROBE_PATH || 'ffprobe', '-version');
  if (there() || ((await aptInstall(['ffmpeg'])) && there())) return;
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
  {
    name: 'nats-server',
    packages: ['nats-server'],
    isThere: () => runs('nats-server', '--version') || existsSync('/usr/sbin/nats-server'),
  },
  {
    name: 'chromium',
    packages: ['chromium'],
    isThere: () => runs('chromium', '--version'),
  },
];

/** The far ends that the tests talk to. Where one is missing, the tests that need it are skipped. */
export async function installTestServers() {
  for (const { name, packages, isThere } of FOR_TESTS) {
    if (isThere() || ((await aptInstall(packages)) && isThere())) continue;
    const command = `sudo apt-get install ${packages.join(' ')}`;
    log(`${name} is missing; the tests that need it are skipped (Debian: ${command})`);
  }
}
