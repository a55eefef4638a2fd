import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answering, startWeb } from '../helpers/chaos.js';
import { failureOf, live, look, lumaAt, markerOf, nextFrame } from '../helpers/live.js';
import { descendantsOf } from '../helpers/processes.js';
import { markerStream } from '../helpers/rtsp.js';

describe('LiveSource: its frames', () => {
  it('are the newest when nobody takes them, and the others are counted', async () => {
    const { source, dropped } = live('test:320x180');
    const first = await nextFrame(source);
    await source.ready();
    // Nobody takes; each new frame replaces the one that waits.
    while (dropped.length < 10) await new Promise(setImmediate);
    const frame = await nextFrame(source);
    // Of those between, the last is the one that is left, and there is no queue behind it.
    expect(frame.seq).toBeGreaterThan(first.seq + 5);
    expect(source.take()).toBeNull();
    expect(new Set(dropped)).toEqual(new Set(['newer']));
    expect(frame.image.pixels.buffer).not.toBe(first.image.pixels.buffer);
    first.release();
    frame.release();
  });

  it('do not overwrite those that are held', async () => {
    const { source, dropped } = live('test:320x180');
    const held = [await nextFrame(source), await nextFrame(source), await nextFrame(source)];
    const copies = held.map((frame) => Uint8Array.from(frame.image.pixels));
    while (dropped.length < 10) await new Promise(setImmediate);
    expect(held.map((frame) => Uint8Array.from(frame.image.pixels))).toEqual(copies);
    for (const frame of held) frame.release();
    await look(source, 3);
  });

  it('are as many a second as asked for, as large, and turned', async () => {
    const { source } = live('test:640x360', { fps: 5, maxWidth: 90, rotate: 90 });
    const times: number[] = [];
    await look(source, 11, (frame) => {
      expect([frame.image.width, frame.image.height]).toEqual([90, 160]);
      times.push(frame.mediaTimeMs);
    });
    // 11 frames of 5 a second span 2 s, of which ffmpeg 7 and newer give half a second at once; were all 25 a second let
    // through, it would be 400 ms.
    expect((times.at(-1) ?? 0) - times[0]).toBeGreaterThan(1200);
  });

  it.each([
    [0, [60, 210]],
    [180, [210, 60]],
  ] as const)('stand as they should when turned by %i degrees', async (rotate, [left, right]) => {
    const port = await startWeb(answering('video/mp2t', markerStream(1)));
    const { source } = live(`http://127.0.0.1:${port}/turn.ts`, { rotate });
    await look(source, 1, (frame) => {
      expect(Math.abs(lumaAt(frame, 0.1, 0.5) - left)).toBeLessThan(12);
      expect(Math.abs(lumaAt(frame, 0.9, 0.5) - right)).toBeLessThan(12);
    });
  });

  it('are decoded by the processor where no other decoder is found, reported once', async (context) => {
    const port = await startWeb(answering('video/mp2t', markerStream(1)));
    const { source, notices } = live(`http://127.0.0.1:${port}/x.ts`, { hardware: 'auto' });
    await look(source, 3, markerOf);
    if (notices.length === 0) context.skip('this machine has a hardware decoder');
    expect(notices).toEqual(['no hardware decoder for this stream was found; the CPU decodes it']);
  });

  it('do not come from hardware that is not there', async (context) => {
    const port = await startWeb(answering('video/mp2t', markerStream(1)));
    const error = await failureOf(live(`http://127.0.0.1:${port}/x.ts`, { hardware: 'qsv' }).source);
    if (error.code === 'camera.ended') context.skip('this machine decodes with qsv');
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toContain('cannot decode with qsv; set hardware to auto or none');
  });
});

describe('LiveSource: stop', () => {
  it('ends a wait at once and leaves no process and no open file, at whatever moment', async () => {
    const cycle = async (moment: number) => {
      const { source, running } = live('test:64x64');
      const waiting = source.ready();
      if (moment % 4 === 1) await new Promise(setImmediate);
      if (moment % 4 === 2) while (running.size === 0) await new Promise(setImmediate);
      if (moment % 4 === 3) await look(source, 2);
      source.stop();
      if (moment % 4 !== 3) expect(await waiting).toBe(false);
      source.stop();
      await source.ended();
      expect(await source.ready()).toBe(false);
      expect(source.take()).toBeNull();
      expect(running.size).toBe(0);
    };
    await cycle(3);
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const before = openFiles();
    for (let moment = 0; moment < 16; moment++) await cycle(moment);
    expect(descendantsOf(process.pid, 'ffmpeg')).toEqual([]);
    expect(openFiles()).toBeLessThanOrEqual(before + 2);
  });

  it('before it begins starts nothing', async () => {
    const { source, pids } = live('test:');
    source.stop();
    expect(await source.ready()).toBe(false);
    await source.ended();
    expect(pids).toEqual([]);
  });

  it('is distinguished from an ffmpeg that somebody kills', async () => {
    const { source, pids } = live('test:64x64');
    await look(source, 2);
    process.kill(pids[0], 'SIGKILL');
    const error = await failureOf(source);
    expect(error).toMatchObject({ code: 'camera.ended' });
    expect(error.message).toContain('killed by SIGKILL');
  });
});
