import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { buildFrameReport } from '../../src/pipeline/frameReport.js';
import { CrashPolicy, ISOLATION_MS } from '../../src/supervisor/crashPolicy.js';

const LIMITS = { hangMs: 5000, quarantineMs: 600_000 };

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
});

/** A CrashPolicy, and what it has reported: whether the engine must isolate, call by call, and released cameras. */
function crashPolicy() {
  const isolated: boolean[] = [];
  const released: string[] = [];
  const policy = new CrashPolicy({
    onRestrictions: (restrictions) => void isolated.push(restrictions.isolated),
    onRelease: (camera) => void released.push(camera),
  });
  onTestFinished(() => policy.stop());
  const begin = (...inWork: [camera: string, mark: string][]) => {
    for (const [camera, mark] of inWork) policy.work(camera, mark, true);
  };
  const finish = (camera: string, frames = 10) => {
    for (let frame = 0; frame < frames; frame++)
      policy.frame(buildFrameReport(camera, { kind: 'unchanged' }, []));
  };
  /** The engine crashes with the given pictures in work. */
  const crash = (...inWork: [camera: string, mark: string][]) => {
    begin(...inWork);
    return policy.engineDied('engine_died', LIMITS);
  };
  const quarantineDoor = () => [1, 2, 3].map((death) => crash(['door', `picture ${death}`])).at(-1);
  return { policy, isolated, released, begin, finish, crash, quarantineDoor };
}

describe('CrashPolicy: poison', () => {
  it('is a picture that was in work at two deaths', () => {
    const { policy, finish, crash } = crashPolicy();
    finish('door');
    expect(crash(['door', 'bad']).poison).toEqual([]);
    finish('door');
    expect(crash(['door', 'bad']).poison).toEqual(['bad']);
    expect(policy.restrictions).toEqual({ kind: 'restrictions', poison: ['bad'], isolated: false });
  });

  it('is no picture that was finished', () => {
    const { policy, crash } = crashPolicy();
    for (let death = 0; death < 3; death++) {
      policy.work('door', 'fine', true);
      policy.work('door', 'fine', false);
      expect(crash()).toEqual({ poison: [], quarantined: [] });
    }
  });

  it('is one of two equal pictures in work when the other is finished', () => {
    const { policy, begin, crash } = crashPolicy();
    const die = () => {
      begin(['door', 'still'], ['door', 'still']);
      policy.work('door', 'still', false);
      expect(policy.inWork('door')).toBe(1);
      return crash().poison;
    };
    expect(die()).toEqual([]);
    expect(die()).toEqual(['still']);
  });

  it('is not decided by two equal pictures at one death', () => {
    const { policy, crash } = crashPolicy();
    expect(crash(['door', 'still'], ['door', 'still']).poison).toEqual([]);
    expect(policy.restrictions.isolated).toBe(false);
    expect(policy.inWork('door')).toBe(0);
  });

  it('is, of a hung engine, only what was in work for half of hangMs', () => {
    const { policy, begin } = crashPolicy();
    const hang = () => {
      begin(['door', 'slow']);
      vi.advanceTimersByTime(4900);
      begin(['yard', 'quick']);
      vi.advanceTimersByTime(100);
      return policy.engineDied('engine_hung', LIMITS).poison;
    };
    expect([hang(), hang()]).toEqual([[], ['slow']]);
  });

  it('is nothing that an engine had in work that was replaced on purpose', () => {
    const { policy, begin, crash } = crashPolicy();
    begin(['door', 'innocent']);
    policy.engineReplaced();
    expect(policy.inWork('door')).toBe(0);
    crash(['yard', 'other']);
    expect(crash(['door', 'innocent']).poison).toEqual([]);
  });
});

describe('CrashPolicy: isolation', () => {
  it('finds the poison among several suspects', () => {
    const { policy, crash } = crashPolicy();
    expect(crash(['door', 'bad'], ['yard', 'innocent']).poison).toEqual([]);
    expect(policy.restrictions.isolated).toBe(true);
    expect(crash(['door', 'bad']).poison).toEqual(['bad']);
  });

  it('ends when its timer fires, also when that is a millisecond early', () => {
    const { policy, isolated, crash } = crashPolicy();
    const startMs = performance.now();
    const now = vi.spyOn(performance, 'now').mockReturnValue(startMs);
    crash(['door', 'a'], ['door', 'b']);
    expect(policy.restrictions.isolated).toBe(true);
    now.mockReturnValue(startMs + ISOLATION_MS - 1);
    vi.advanceTimersByTime(ISOLATION_MS);
    expect(isolated).toEqual([false]);
    expect(policy.restrictions.isolated).toBe(false);
  });

  it('begins anew after another death with several suspects, not after one with a single suspect', () => {
    const { isolated, crash } = crashPolicy();
    crash(['door', 'a'], ['door', 'b']);
    vi.advanceTimersByTime(ISOLATION_MS / 2);
    crash(['door', 'c'], ['door', 'd']);
    vi.advanceTimersByTime(ISOLATION_MS / 2);
    expect(isolated).toEqual([]);
    crash(['door', 'e']);
    vi.advanceTimersByTime(ISOLATION_MS / 2);
    expect(isolated).toEqual([false]);
  });

  it('does not begin after a death with a single suspect', () => {
    const { policy, isolated, crash } = crashPolicy();
    crash(['door', 'a']);
    expect(policy.restrictions.isolated).toBe(false);
    vi.advanceTimersByTime(ISOLATION_MS);
    expect(isolated).toEqual([]);
  });
});

describe('CrashPolicy: quarantine', () => {
  it('begins when ever new pictures of a camera end three engines at once, and with a clean slate after it', () => {
    const { finish, crash } = crashPolicy();
    const die = (mark: string) => {
      finish('yard');
      return crash(['door', mark]).quarantined;
    };
    expect([die('a'), die('b')]).toEqual([[], []]);
    expect(die('c')).toEqual([{ camera: 'door', ms: 600_000 }]);
    expect(die('d')).toEqual([]);
  });

  it('ends after quarantineMs, when the camera may try again', () => {
    const { policy, released, quarantineDoor } = crashPolicy();
    quarantineDoor();
    expect([policy.isQuarantined('door'), policy.isQuarantined('yard')]).toEqual([true, false]);
    vi.advanceTimersByTime(LIMITS.quarantineMs - 1);
    expect(released).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(released).toEqual(['door']);
    expect(policy.isQuarantined('door')).toBe(false);
  });

  it('ends early with the camera, and is not reported then', () => {
    const { policy, released, quarantineDoor } = crashPolicy();
    quarantineDoor();
    policy.cameraRemoved('door');
    expect(policy.isQuarantined('door')).toBe(false);
    vi.advanceTimersByTime(LIMITS.quarantineMs);
    expect(released).toEqual([]);
  });

  it('ends without a report when the daemon stops', () => {
    const { policy, released, isolated, crash, quarantineDoor } = crashPolicy();
    quarantineDoor();
    crash(['door', 'a'], ['door', 'b']);
    policy.stop();
    vi.advanceTimersByTime(LIMITS.quarantineMs);
    expect([released, isolated]).toEqual([[], []]);
  });

  it('does not follow from engines that are killed from outside while cameras work well', () => {
    const { finish, crash } = crashPolicy();
    for (let kill = 0; kill < 50; kill++) {
      finish('door');
      expect(crash(['door', `picture ${kill}`])).toEqual({ poison: [], quarantined: [] });
    }
  });

  it('follows from three hangs also when other pictures of the camera are fine; old ones are forgotten', () => {
    const { policy, begin, finish } = crashPolicy();
    const hang = (mark: string) => {
      finish('door', 100);
      begin(['door', mark]);
      vi.advanceTimersByTime(5000);
      return policy.engineDied('engine_hung', LIMITS).quarantined.map(({ camera }) => camera);
    };
    expect([hang('a'), hang('b'), hang('c')]).toEqual([[], [], ['door']]);
    expect([hang('d'), hang('e')]).toEqual([[], []]);
    vi.advanceTimersByTime(600_000);
    expect(hang('f')).toEqual([]);
  });

  it('does not follow from deaths before and after a replacement that had frames in work', () => {
    const { policy, begin, crash } = crashPolicy();
    crash(['door', 'a']);
    crash(['door', 'b']);
    begin(['door', 'c']);
    policy.engineReplaced();
    expect(crash().quarantined).toEqual([]);
  });
});
