import { beforeEach, describe, expect, it } from 'vitest';
import { clusterNode } from '../helpers/cluster.js';
import { eventually } from '../helpers/daemon.js';
import { eventDraft } from '../helpers/events.js';
import { feedNode } from '../helpers/feedNode.js';
import { needNats, startNats } from '../helpers/natsServer.js';

const AWAY = /^NATS at .*; cameras stop until it is back, and events wait$/;
const isAway = (line: string) => AWAY.test(line);
const BACK = /^NATS at .* answers again$/;
const isBack = (line: string) => BACK.test(line);

describe('NATS that goes away and comes back', () => {
  beforeEach(needNats);

  it('is a problem of the node meanwhile', async () => {
    const server = await startNats();
    const { cluster } = clusterNode('a', [server]);
    expect(cluster.problem).toMatch(/^waiting for NATS at nats:/);
    await cluster.start();
    expect([cluster.problem, cluster.nats]).toEqual([
      null,
      { isConnected: true, losses: 0, server: server.url.slice(7), version: expect.any(String) },
    ]);
    await server.kill();
    await eventually(
      () => cluster.problem,
      (problem) => problem?.endsWith('does not answer; trying again') ?? false,
    );
    expect(cluster.nats).toEqual({ isConnected: false, losses: 1, server: null, version: null });
    await server.start();
    await eventually(
      () => cluster.problem,
      (problem) => problem === null,
    );
  });

  it.each(['killed', 'frozen'] as const)('is one line each in the log where it is %s', async (how) => {
    const server = await startNats();
    const { own, read, messages, node } = await feedNode('a', [server]);
    const lines = () => [...messages, ...node.log];
    if (how === 'killed') await server.kill();
    else server.pause();
    own.append([eventDraft()]);
    await eventually(lines, (all) => all.some(isAway));
    own.append([eventDraft()]);
    await eventually(
      () => node.cluster.nats?.losses,
      (losses) => losses === 1,
    );
    if (how === 'killed') await server.start();
    else server.resume();
    await eventually(
      () => read.length,
      (count) => count === 2,
    );
    await eventually(lines, (all) => all.some(isBack));
    const [first, ...more] = lines().filter(
      (line) => !line.startsWith('joined') && !/^reading the/.test(line),
    );
    expect([first, ...more]).toEqual([expect.stringMatching(AWAY), expect.stringMatching(BACK)]);
  });
});
