import os from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HOLD_MS, Lease } from '../../src/cluster/lease.js';
import { LEASE_TTL_MS } from '../../src/cluster/names.js';
import { Sealer } from '../../src/cluster/sealer.js';
import { monotonicMs } from '../../src/core/clock.js';
import { KEY } from '../helpers/cluster.js';
import { LeaseBucket } from '../helpers/leaseBucket.js';

const sealer = new Sealer(KEY);

function leaseOf(bucket: LeaseBucket, node: string, session = node): { lease: Lease; lost: string[] } {
  const lost: string[] = [];
  const lease = new Lease({
    ...{ key: 'camera.door', kv: bucket, sealer, holder: { node, session } },
    onLost: () => lost.push(node),
  });
  return { lease, lost };
}

describe('Lease', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'hrtime'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is held by one node, and renewed for as long as it wants', async () => {
    const bucket = new LeaseBucket();
    const a = leaseOf(bucket, 'a');
    const b = leaseOf(bucket, 'b');
    expect(await a.lease.take()).toMatchObject({ outcome: 'taken', isReleased: false, term: { token: 1 } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(a.lease.isHeld).toBe(true);
    expect(a.lease.term?.token).toBe(1);
    expect(await b.lease.take()).toEqual({ outcome: 'busy', node: 'a' });
    expect(a.lost).toEqual([]);
  });

  it('is free at once when it was released, with a higher token for the next', async () => {
    const bucket = new LeaseBucket();
    const a = leaseOf(bucket, 'a');
    await a.lease.take();
    await vi.advanceTimersByTimeAsync(5000);
    await a.lease.release();
    expect(a.lease.isHeld).toBe(false);
    const next = await leaseOf(bucket, 'b').lease.take();
    expect(next).toMatchObject({ outcome: 'taken', isReleased: true, term: { beganMs: Date.now() } });
    expect(next.outcome === 'taken' && next.term.token).toBeGreaterThan(1);
    expect(a.lost).toEqual([]);
  });

  it('is over for its holder when the machine was suspended, although the monotonic clock stood still meanwhile', async () => {
    const bucket = new LeaseBucket();
    const a = leaseOf(bucket, 'a');
    await a.lease.take();
    const [bootedFor, setMs] = [os.uptime(), Date.now()];
    // The wall clock may also be set.
    vi.setSystemTime(setMs + 10_000);
    expect(a.lease.isHeld).toBe(true);
    const uptime = vi.spyOn(os, 'uptime').mockReturnValue(bootedFor + 10);
    vi.setSystemTime(setMs + 20_000);
    expect(a.lease.isHeld).toBe(false);
    await vi.advanceTimersByTimeAsync(LEASE_TTL_MS / 3);
    expect(a.lost).toEqual(['a']);
    // From then on as ever.
    expect(await a.lease.take()).toMatchObject({ outcome: 'taken' });
    expect(a.lease.isHeld).toBe(true);
    uptime.mockRestore();
  });

  it('is over for its holder before anybody else can take it, when the servers are away', async () => {
    const bucket = new LeaseBucket();
    const a = leaseOf(bucket, 'a');
    await a.lease.take();
    bucket.isAway = true;
    await vi.advanceTimersByTimeAsync(HOLD_MS - 100);
    expect(a.lease.isHeld).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    expect(a.lost).toEqual(['a']);
    bucket.isAway = false;
    expect(await leaseOf(bucket, 'b').lease.take()).toMatchObject({ outcome: 'busy' });
    await vi.advanceTimersByTimeAsync(LEASE_TTL_MS - HOLD_MS);
    expect(await leaseOf(bucket, 'b').lease.take()).toMatchObject({ outcome: 'taken', isReleased: false });
  });

  it('survives an outage that is shorter than the lease', async () => {
    const bucket = new LeaseBucket();
    const a = leaseOf(bucket, 'a');
    await a.lease.take();
    await vi.advanceTimersByTimeAsync(1900);
    bucket.isAway = true;
    await vi.advanceTimersByTimeAsync(1500);
    bucket.isAway = false;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(a.lease.isHeld).toBe(true);
    expect(a.lost).toEqual([]);
  });

  it('is over when a process was frozen, before any timer has run', async () => {
    const bucket = new LeaseBucket();
    const a = leaseOf(bucket, 'a');
    await a.lease.take();
    const term = { ...a.lease.term };
    // Frozen: the clock goes on, and no timer fires.
    const hrtime = vi.spyOn(process.hrtime, 'bigint');
    hrtime.mockReturnValue(BigInt(Math.round((monotonicMs() + 20_000) * 1e6)));
    expect(a.lease.isHeld).toBe(false);
    hrtime.mockRestore();
    expect(term.untilMs).toBe((term.fromMs ?? 0) + HOLD_MS);
  });

  it('is not renewed once its time is over, and lost', async () => {
    const bucket = new LeaseBucket();
    const a = leaseOf(bucket, 'a');
    await a.lease.take();
    const now = monotonicMs();
    const hrtime = vi.spyOn(process.hrtime, 'bigint');
    hrtime.mockImplementation(() => BigInt(Math.round((now + 20_000) * 1e6)));
    await vi.advanceTimersByTimeAsync(2100);
    hrtime.mockRestore();
    expect(a.lost).toEqual(['a']);
    expect(a.lease.isHeld).toBe(false);
    expect(await bucket.get('camera.door')).toMatchObject({ revision: 1 });
  });

  it('knows its own entry again when the answer was lost', async () => {
    const bucket = new LeaseBucket();
    const a = leaseOf(bucket, 'a');
    bucket.isMute = true;
    const attempt = a.lease.take();
    const failed = expect(attempt).rejects.toThrow('no answer within');
    await vi.advanceTimersByTimeAsync(1300);
    await failed;
    bucket.isMute = false;
    await bucket.create('camera.other', 'x');
    expect(await a.lease.take()).toMatchObject({ outcome: 'taken' });
    await vi.advanceTimersByTimeAsync(1900);
    bucket.isMute = true;
    await vi.advanceTimersByTimeAsync(1000);
    bucket.isMute = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(a.lease.isHeld).toBe(true);
    expect(a.lost).toEqual([]);
  });

  it('is lost at once when the entry is gone or of somebody else', async () => {
    const bucket = new LeaseBucket();
    const a = leaseOf(bucket, 'a');
    await a.lease.take();
    await bucket.delete('camera.door');
    await leaseOf(bucket, 'b').lease.take();
    await vi.advanceTimersByTimeAsync(2100);
    expect(a.lost).toEqual(['a']);
  });

  it('waits for the entry of an earlier process of the same node: that may still live', async () => {
    const bucket = new LeaseBucket();
    await leaseOf(bucket, 'a', 'before').lease.take();
    const after = leaseOf(bucket, 'a', 'after');
    expect(await after.lease.take()).toEqual({ outcome: 'busy', node: 'a' });
  });
});
