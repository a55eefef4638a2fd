import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Throughput } from '../../src/observe/throughput.js';
import { buildFrameReport } from '../../src/pipeline/frameReport.js';

describe('Throughput', () => {
  it('starts at zero for a camera that is removed and added again', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    onTestFinished(() => now.mockRestore());
    const throughput = new Throughput();
    const frames = (count: number) => {
      for (let frame = 0; frame < count; frame++)
        throughput.frame(buildFrameReport('door', { kind: 'unchanged' }, []));
    };
    const readAfter = (ms: number) => {
      now.mockReturnValue(performance.now() + ms);
      return throughput.read();
    };
    frames(100);
    expect(readAfter(1000)).toEqual([
      { camera: 'door', frames: 100, faces: 0, tracks: 0, framesPerSecond: 100 },
    ]);
    throughput.cameraRemoved('door');
    frames(10);
    expect(readAfter(1000)).toEqual([
      { camera: 'door', frames: 10, faces: 0, tracks: 0, framesPerSecond: 10 },
    ]);
  });
});
