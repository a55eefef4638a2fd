import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { OpenFiles } from '../../src/core/openFiles.js';
import { Admission } from '../../src/http/admission.js';

const AMPLE = { connections: 1000, clients: 800 };

/** An admission whose count of open files is given, and connections that can be closed. */
function admission(openFiles: OpenFiles | null, limits = AMPLE) {
  const state = { openFiles, counts: 0, nowMs: 0, open: 0 };
  const under = new Admission(1000, {
    limits,
    openFiles: () => {
      state.counts++;
      // As the system counts: the files of all connections are among those that are open.
      return state.openFiles && { ...state.openFiles, used: state.openFiles.used + state.open };
    },
    nowMs: () => state.nowMs,
  });
  const ask = (kind: 'connection' | 'client') => {
    const socket = new Duplex({ read() {}, write() {} });
    state.open++;
    const fault = under[kind](socket);
    const close = async () => {
      state.open--;
      socket.destroy();
      await new Promise((resolve) => socket.once('close', resolve));
    };
    if (fault !== null) state.open--;
    return { fault, close };
  };
  return { state, ask };
}

describe('Admission', () => {
  it('serves as many connections as configured, fewer of them clients, and others as they close', async () => {
    const { ask } = admission(null, { connections: 3, clients: 1 });
    const client = ask('client');
    expect(client.fault).toBeNull();
    expect(ask('client').fault).toBe('1 WebSocket clients are connected');
    expect(ask('connection').fault).toBeNull();
    expect(ask('connection').fault).toBe('3 connections are open');
    await client.close();
    expect(ask('client').fault).toBeNull();
  });

  it('serves fewer while other files are open, clients first, and counts what has closed', async () => {
    const { ask, state } = admission({ used: 800, limit: 1024 });
    const clients: ReturnType<typeof ask>[] = [];
    while (clients.at(-1)?.fault === null || clients.length === 0) clients.push(ask('client'));
    // 128 of 1,024 stay free for others than clients, and 64 for others than connections.
    expect(clients).toHaveLength(1024 - 128 - 800 + 1);
    expect(clients.at(-1)?.fault).toMatch(/^\d+ of 1024 files and sockets are open$/);
    expect(ask('connection').fault).toBeNull();
    state.nowMs += 1000;
    state.openFiles = { used: 900, limit: 1024 };
    expect(ask('connection').fault).toMatch(/of 1024 files/);
    for (const { close, fault } of clients) if (fault === null) await close();
    expect(ask('connection').fault).toBeNull();
  });

  it('counts the open files a few times per second, and not where it cannot', () => {
    const { ask, state } = admission({ used: 20, limit: 1024 });
    for (let i = 0; i < 100; i++) ask('connection');
    expect(state.counts).toBe(1);
    state.nowMs += 1000;
    ask('connection');
    expect(state.counts).toBe(2);
    const without = admission(null);
    for (let i = 0; i < 1000; i++) expect(without.ask('connection').fault).toBeNull();
    expect(without.ask('connection').fault).toBe('1000 connections are open');
  });
});
