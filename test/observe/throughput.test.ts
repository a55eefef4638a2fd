import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Throughput } from '../../src/observe/throughput.js';
import { buildFrameReport, type FrameReport } from '../../src/pipeline/frameReport.js';
import { openTrack } from '../helpers/tracks.js';

describe('Throughput', () => {
  it('counts frames and faces in total, and the rate since the last read', () => {
    const throughput = new Throughput();
    const report = {
      ...buildFrameReport('door', { kind: 'unchanged' }, [openTrack('door-1'), openTrack('door-2')]),
      verdicts: [
        { kind: 'unknown', match: null },
        { kind: 'unusable', reason: 'blurred' },
      ],
    } satisfies FrameReport;
    for (let i = 0; i < 5; i++) throughput.frame(report);
    const [first] = throughput.read();
    expect(first).toMatchObject({ camera: 'door', frames: 5, faces: 10, tracks: 2 });
    expect(first.framesPerSecond).toBeGreaterThan(0);
    expect(throughput.read()[0]).toMatchObject({ frames: 5, framesPerSecond: 0 });
  });

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
