import { describe, expect, it } from 'vitest';
import { HealthHistory } from '../../src/observe/healthHistory.js';
import { buildFrameReport } from '../../src/pipeline/frameReport.js';

/** A history by a clock that moves ten seconds per interval. */
function recorded() {
  let nowMs = 0;
  const history = new HealthHistory(() => nowMs);
  const frame = (camera: string, totalMs: number) =>
    history.frame({
      ...buildFrameReport(camera, { kind: 'unchanged' }, []),
      stageMs: { detect: totalMs / 2, total: totalMs },
    });
  const drop = (camera: string) =>
    history.frame(buildFrameReport(camera, { kind: 'dropped', reason: 'stale' }, []));
  const close = () => {
    nowMs += 10_000;
    history.close();
  };
  return { history, frame, drop, close };
}

describe('HealthHistory', () => {
  it('has frames, drops, latencies and stages of each interval', () => {
    const { history, frame, drop, close } = recorded();
    for (let ms = 1; ms <= 100; ms++) frame('door', ms);
    drop('door');
    close();
    close();
    expect(history.columns(['door'])).toEqual({
      everySeconds: 10,
      at: [10_000, 20_000],
      cameras: {
        door: { fps: [10, 0], dropped: [1, 0], latencyP50Ms: [51, null], latencyP95Ms: [96, null] },
      },
      stagesMs: expect.objectContaining({ detect: [25.3, null], total: [50.5, null], embed: [null, null] }),
      restarts: [0, 0],
    });
    expect(history.totals('door')).toEqual({ processed: 100, dropped: 1, restarts: 0, fps: 0 });
  });

  it('has no values of a camera from before it was there, nor of one that is not asked for', () => {
    const { history, frame, close } = recorded();
    close();
    frame('yard', 5);
    close();
    expect(history.columns(['yard']).cameras).toEqual({
      yard: { fps: [null, 0.1], dropped: [null, 0], latencyP50Ms: [null, 5], latencyP95Ms: [null, 5] },
    });
    expect(history.columns([]).cameras).toEqual({});
  });

  it('counts restarts of the engine and of cameras, and forgets a camera that is removed', () => {
    const { history, close } = recorded();
    history.cameraRestarted('door');
    history.engineDied();
    close();
    expect(history.columns([]).restarts).toEqual([2]);
    expect(history.engineRestarts).toBe(1);
    expect(history.totals('door').restarts).toBe(1);
    history.cameraRemoved('door');
    expect(history.totals('door').restarts).toBe(0);
  });

  it('keeps an hour', () => {
    const { history, close } = recorded();
    for (let i = 0; i < 400; i++) close();
    expect(history.columns([]).at).toHaveLength(360);
    expect(history.columns([]).at[0]).toBe(410_000);
  });
});
