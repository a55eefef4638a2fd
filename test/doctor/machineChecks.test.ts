import { describe, expect, it } from 'vitest';
import { checkMachine, checkNode } from '../../src/doctor/machineChecks.js';

describe('checkNode', () => {
  it.each([
    ['18.20.4', 'fault'],
    ['20.18.9', 'fault'],
    ['20.19.0', 'ok'],
    ['22.0.0', 'ok'],
  ])('%s: %s', (version, state) => {
    expect(checkNode(version).state).toBe(state);
  });
});

describe('checkMachine', () => {
  it('finds the programs of this machine', async () => {
    const found = Object.fromEntries((await checkMachine()).map(({ check, message }) => [check, message]));
    expect(found).toMatchObject({
      node: process.versions.node,
      ffmpeg: expect.stringMatching(/\d/),
      ffprobe: expect.stringMatching(/\d/),
      clock: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });
});
