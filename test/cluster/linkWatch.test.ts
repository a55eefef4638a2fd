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
      {
        isConnected: true,
        losses: 0,
        server: server.url.slice(7),
        version: expect.any(String),
        isRefused: false,
      },
    ]);
    await server.kill();
    await eventually(
      () => cluster.problem,
      (problem) => problem?.endsWith('does not answer; trying again') ?? false,
    );
    expect(cluster.nats).toMatchObject({ isConnected: false, losses: 1, server: null, version: null });
    await server.start();
    await eventually(
      () => cluster.problem,
      (problem) => problem === null,
    );
  });

  const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP')).length;

  it('leaves no socket open where a node ends before a frozen server has answered at all', async () => {
    const server = await startNats();
    const before = sockets();
    server.pause();
    const { cluster } = clusterNode('a', [server]);
    const starting = cluster.start();
    await eventually(sockets, (count) => count > before);
    await cluster.stop();
    await eventually(sockets, (count) => count <= before, 2000);
    server.resume();
    await starting;
  });

  it('leaves no socket open where a node ends while it is frozen', async () => {
    const server = await startNats();
    const before = sockets();
    const { cluster } = clusterNode('a', [server]);
    await cluster.start();
    server.pause();
    await eventually(
      () => cluster.nats?.losses,
      (losses) => losses === 1,
    );
    // It is being connected again, and nothing comes.
    await eventually(sockets, (count) => count > before);
    await cluster.stop();
    await eventually(sockets, (count) => count <= before, 2000);
    server.resume();
  });

  it('is called a refused login where the credentials are not accepted any more', async () => {
    const login = (password: string) => `authorization { user: spotter, password: ${password} }`;
    const server = await startNats({ more: login('right-password') });
    const config = { user: 'spotter', password: 'right-password' };
    const { cluster, log } = clusterNode('a', [server], config);
    await cluster.start();
    await server.kill();
    server.configure({ more: login('another-password') });
    await server.start();
    const refuses = /^NATS at \S+ refuses the login; check cluster\.user, .*; trying again$/;
    await eventually(
      () => cluster.problem ?? '',
      (problem) => refuses.test(problem),
    );
    const said = /refuses the login; check cluster\.user, .*; cameras stop until it is back/;
    await eventually(
      () => log,
      (lines) => lines.some((line) => said.test(line)),
    );
    await server.kill();
    server.configure({ more: login('right-password') });
    await server.start();
    await eventually(
      () => cluster.problem,
      (problem) => problem === null,
    );
    await eventually(
      () => log,
      (lines) => lines.some(isBack),
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
