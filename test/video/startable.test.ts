import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ffmpegAbilities, ffmpegVersion } from '../../src/video/ffmpegVersion.js';
import { canMapTones } from '../../src/video/toneMapping.js';
import { compiledModule, demoClip } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const MODULE = JSON.stringify(compiledModule('video/ffmpeg.js'));
const CLIP = JSON.stringify(demoClip);

/** Decodes, probes and encodes in a process of its own, and prints one line each about how that went. */
const PROGRAM = `
import { openSync } from 'node:fs';
import { Writable } from 'node:stream';
import { Decoder, encode, probe } from ${MODULE};
const command = { input: ${CLIP}, inputOptions: [], filters: ['scale=64:64'], format: 'rawvideo', logLevel: 'error' };
const discard = new Writable({ write: (_chunk, _encoding, next) => next() });
const print = (error) => console.log(error.code, error.message);
process.on('uncaughtException', (error) => console.log('uncaught', error));
if (process.argv[1] === 'full') try { for (;;) openSync('/dev/null'); } catch {}
const { code, messages } = await new Decoder(command, '-fps_mode', discard, { onTimestamp() {} }).ended;
console.log(code, ...messages);
await probe(${CLIP}, []).catch(print);
const files = { cwd: '/', inputs: [{ from: ${CLIP}, options: [] }], output: '/dev/null', outputOptions: [] };
await encode(files, new AbortController().signal).catch(print);
`;

function attempt(env: NodeJS.ProcessEnv, ...args: string[]): string {
  const limited = 'ulimit -n 60; exec "$@"';
  const node = [process.execPath, '--input-type=module', '-e', PROGRAM, ...args];
  return execFileSync('bash', ['-c', limited, 'bash', ...node], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

/** A file that is not executable. */
function noProgram(): string {
  const file = path.join(temporaryFolder(), 'ffmpeg');
  writeFileSync(file, '');
  return file;
}

describe('startable', () => {
  it('lets a process that finds no free descriptor end with the reason', () => {
    const fault = (tool: string) =>
      `${tool} cannot be started (spawn PATH EMFILE); raise the limit of open files (ulimit -n)`;
    expect(attempt({}, 'full').replace(/spawn \S+/g, 'spawn PATH')).toBe(
      [
        `null ${fault('ffmpeg')}`,
        `ffmpeg.failed ${fault('ffprobe')}`,
        `ffmpeg.failed ${fault('ffmpeg')}\n`,
      ].join('\n'),
    );
  });

  it('lets a process that the system refuses to start end with the reason', () => {
    const file = noProgram();
    const output = attempt({ FFMPEG_PATH: file, FFPROBE_PATH: file });
    const lines = output.trim().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(line).toMatch(/^\S+ ff\w+ cannot be started \(spawn \S+ EACCES\); check/);
  });
});

describe('askFfmpeg', () => {
  it('asks again after ffmpeg could not be started', async () => {
    vi.stubEnv('FFMPEG_PATH', noProgram());
    await expect(ffmpegVersion()).rejects.toMatchObject({ code: 'ffmpeg.failed' });
    await expect(ffmpegAbilities()).rejects.toMatchObject({ code: 'ffmpeg.failed' });
    expect(await canMapTones()).toBe(false);
    vi.unstubAllEnvs();
    expect((await ffmpegVersion())[0]).toBeGreaterThanOrEqual(4);
    expect((await ffmpegAbilities()).major).toBeGreaterThanOrEqual(4);
    expect(await canMapTones()).toBe(true);
  });
});
