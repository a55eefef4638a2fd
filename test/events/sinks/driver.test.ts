import { describe, expect, it } from 'vitest';
import type { SpotterEvent } from '../../../src/events/event.js';
import type { Delivery, Sink } from '../../../src/events/sinks/sink.js';
import { MemoryLog } from '../../helpers/eventLog.js';
import { drive, QuickClock, until } from '../../helpers/sinks.js';

/** A far end controlled by the test. */
class Recorder implements Sink {
  readonly name = 'recorder';
  giveUpMs: number | null = null;
  isOpen = true;
  readonly seen: number[] = [];
  result: Delivery = { outcome: 'delivered' };
  onClosed = () => {};
  opened = 0;

  async open(_signal: AbortSignal, onClosed: () => void) {
    this.opened++;
    this.onClosed = onClosed;
    this.isOpen = true;
    return null;
  }

  async deliver({ seq }: SpotterEvent): Promise<Delivery> {
    this.seen.push(seq);
    return this.result;
  }

  async close(): Promise<void> {
    this.isOpen = false;
  }
}

describe('SinkDriver', () => {
  it('starts a new sink at the end of the log, also after a restart', async () => {
    const log = new MemoryLog();
    for (let i = 0; i < 3; i++) log.commit();
    const recorder = new Recorder();
    const { driver } = await drive(recorder, { log });
    expect(log.cursors.get('recorder')).toBe(3);
    await driver.stop();
    log.commit();
    const next = new Recorder();
    await drive(next, { log });
    await until(() => next.seen.length === 1);
    expect([...recorder.seen, ...next.seen]).toEqual([4]);
  });

  it('starts at the beginning of a replaced log, and logs that', async () => {
    const log = new MemoryLog();
    for (let i = 0; i < 5; i++) log.commit();
    log.save('recorder', 5);
    log.clear();
    log.commit();
    const recorder = new Recorder();
    const { lines } = await drive(recorder, { log });
    await until(() => recorder.seen.length === 1);
    expect(recorder.seen).toEqual([1]);
    expect(lines).toEqual(['warn: the event log has been replaced; starting at its first event']);
  });

  it('saves the cursor at intervals while events flow, and at the end', async () => {
    const log = new MemoryLog();
    const recorder = new Recorder();
    const { driver } = await drive(recorder, { log });
    for (let i = 0; i < 1000; i++) log.commit();
    await until(() => recorder.seen.length === 1000);
    expect(log.saved.length).toBeLessThan(50);
    await driver.stop();
    expect(log.cursors.get('recorder')).toBe(1000);
    expect(recorder.seen).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
  });

  it('opens the sink again when the far end has closed it', async () => {
    const recorder = new Recorder();
    recorder.isOpen = false;
    const { log, driver } = await drive(recorder);
    await until(() => driver.isUp);
    recorder.isOpen = false;
    recorder.onClosed();
    await until(() => driver.isUp);
    expect(recorder.opened).toBe(2);
    log.commit();
    await until(() => recorder.seen.length === 1);
  });

  it('survives an unreadable log, and a cursor that cannot be saved', async () => {
    const log = new MemoryLog();
    const clock = new QuickClock();
    const recorder = new Recorder();
    const { driver, lines, outcomes } = await drive(recorder, { log, clock });
    const { after, save } = log;
    log.after = () => {
      throw new Error('disk I/O error');
    };
    log.save = () => {
      throw new Error('disk is full');
    };
    log.commit();
    await until(() => outcomes.includes('retry'));
    log.after = after;
    await until(() => recorder.seen.length === 1);
    await until(() => driver.isUp && lines.some((line) => line.includes('caught up')));
    for (let i = 0; i < 300; i++) log.commit();
    await until(() => driver.lag === 0);
    expect(lines.filter((line) => line.includes('disk I/O error'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('disk is full'))).toHaveLength(1);
    log.save = save;
    await driver.stop();
    expect(log.cursors.get('recorder')).toBe(301);
  });

  it('keeps retrying events that only look old because the clock was set after the start', async () => {
    const recorder = new Recorder();
    recorder.giveUpMs = 3_600_000;
    const deliver = recorder.deliver.bind(recorder);
    recorder.deliver = async (event) => {
      const delivery = await deliver(event);
      return recorder.seen.length > 3 ? delivery : { outcome: 'failed', reason: 'no network yet' };
    };
    const { log, outcomes } = await drive(recorder, { clock: new QuickClock() });
    log.commit({ publishedAt: '1970-01-02T00:00:00.000Z' });
    await until(() => outcomes.includes('delivered'));
    expect(recorder.seen).toEqual([1, 1, 1, 1]);
    expect(log.letters).toEqual([]);
  });

  it('delivers waiting events when the daemon stops', async () => {
    const recorder = new Recorder();
    const { log, driver } = await drive(recorder);
    for (let i = 0; i < 250; i++) log.commit();
    await driver.stop();
    expect(recorder.seen).toHaveLength(250);
    await driver.stop();
  });
});

describe('SinkDriver.reread', () => {
  it('delivers nothing that was read ahead and has been erased since', async () => {
    const log = new MemoryLog();
    log.save('recorder', 0);
    for (let i = 0; i < 3; i++) log.commit({ person: i === 1 ? 'alice' : 'bob' });
    const recorder = new Recorder();
    const { after } = log;
    let isErased = false;
    log.after = (seq, limit) =>
      after.call(log, seq, limit).filter(({ person }) => !isErased || person !== 'alice');
    let erase = () => {};
    const erased = new Promise<void>((resolve) => {
      erase = resolve;
    });
    recorder.deliver = async ({ seq }) => {
      recorder.seen.push(seq);
      await erased;
      return { outcome: 'delivered' };
    };
    const { driver } = await drive(recorder, { log });
    await until(() => recorder.seen.length === 1);
    isErased = true;
    driver.reread();
    erase();
    await until(() => recorder.seen.includes(3));
    expect(recorder.seen).toEqual([1, 3]);
  });

  it('neither opens a sink nor delivers while another node does', async () => {
    const recorder = new Recorder();
    recorder.isOpen = false;
    const clock = new QuickClock();
    let mayDeliver = false;
    const { log } = await drive(recorder, { clock, mayDeliver: () => mayDeliver });
    log.commit();
    await until(() => clock.waits.length > 2);
    expect(recorder.opened).toBe(0);
    mayDeliver = true;
    await until(() => recorder.seen.length === 1);
    // The broker has given the connection to another node.
    mayDeliver = false;
    recorder.isOpen = false;
    recorder.onClosed();
    const waited = clock.waits.length;
    await until(() => clock.waits.length > waited + 2);
    expect(recorder.opened).toBe(1);
  });
});
