import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ToEngine } from '../../src/ipc/protocol.js';
import { EngineRequests } from '../../src/supervisor/engineRequests.js';

const picture = Uint8Array.of(1);

/** Requests to an engine that answers by hand. */
function requests(unreadyReason: () => string | null = () => null) {
  const sent: (ToEngine & { kind: 'request' })[] = [];
  const tested = new EngineRequests({
    unreadyReason,
    send: (message) => {
      if (message.kind === 'request') sent.push(message);
    },
  });
  return { tested, sent };
}

describe('EngineRequests', () => {
  afterEach(() => vi.useRealTimers());

  it('resolves each request with its own answer, whatever the order', async () => {
    const { tested, sent } = requests();
    const [first, second] = [
      tested.ask('deny', { camera: 'door', track: 'door-1', person: 'alice' }),
      tested.ask('thumbnail', { file: '/a.jpg', side: 64 }),
    ];
    expect(sent.map(({ request }) => request.what)).toEqual(['deny', 'thumbnail']);
    tested.settle(sent[1].id, { ok: true, answer: picture });
    tested.settle(sent[0].id, { ok: true, answer: { isLive: true } });
    tested.settle(99, { ok: true, answer: picture });
    expect(await second).toBe(picture);
    expect(await first).toEqual({ isLive: true });
  });

  it('rejects with the error of the answer', async () => {
    const { tested, sent } = requests();
    const asked = tested.ask('recognize', { picture });
    tested.settle(sent[0].id, { ok: false, error: { code: 'photo.unreadable', message: 'it is empty' } });
    await expect(asked).rejects.toMatchObject({ code: 'photo.unreadable', message: 'it is empty' });
  });

  it('refuses while there is no engine, and beyond a few of a kind', async () => {
    const away = requests(() => 'starting');
    await expect(away.tested.ask('recognize', { picture })).rejects.toMatchObject({ code: 'engine.away' });
    expect(away.sent).toEqual([]);
    const { tested, sent } = requests();
    const asked = [1, 2].map(() => tested.ask('recognize', { picture }));
    await expect(tested.ask('recognize', { picture })).rejects.toMatchObject({ code: 'engine.busy' });
    const other = tested.ask('deny', { camera: 'a', track: 'a-1', person: 'x' });
    tested.settle(sent[0].id, { ok: true, answer: { width: 1, height: 1, faces: [] } });
    await asked[0];
    void tested.ask('recognize', { picture }).catch(() => {});
    expect(sent).toHaveLength(4);
    tested.interrupt();
    await expect(asked[1]).rejects.toMatchObject({ code: 'engine.away' });
    await expect(other).rejects.toMatchObject({ code: 'engine.away' });
  });

  it('gives up on an engine that does not answer', async () => {
    vi.useFakeTimers();
    const { tested, sent } = requests();
    const asked = tested.ask('deny', { camera: 'a', track: 'a-1', person: 'x' });
    vi.advanceTimersByTime(2000);
    await expect(asked).rejects.toMatchObject({ code: 'engine.away' });
    tested.settle(sent[0].id, { ok: true, answer: { isLive: true } });
  });
});
