import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { finish, spotter, start } from '../helpers/cli.js';
import { configText, type Daemon, daemon, eventually, Listener } from '../helpers/daemon.js';
import { type Broker, keptBy, needMosquitto, startMosquitto } from '../helpers/mosquitto.js';
import { collins, demoGallery, hopper } from '../helpers/paths.js';
import { receiver } from '../helpers/receiver.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { embeddingsOf, formsOf, tracesOf } from '../helpers/traces.js';

/** Latin-1 in V8's cache, UTF-8 in JSON and SQLite. */
const NAME = 'Zoë Höpper';
const SHOWN = 'Zoë from next door';

interface Home extends Daemon {
  data: string;
  gallery: string;
  config: string;
  broker: Broker;
  client: Listener;
  /** What no file may contain afterwards. */
  wanted: Buffer[];
}

/** A daemon that has recognised somebody, with pictures, dead letters, visits and retained topics. */
async function recognised(context: TestContext): Promise<Home> {
  needMosquitto(context);
  const broker = await startMosquitto();
  const far = await receiver();
  far.answer = (response) => response.writeHead(400).end();
  const folder = temporaryFolder();
  const [gallery, data] = [path.join(folder, 'gallery'), path.join(folder, 'data')];
  mkdirSync(path.join(gallery, NAME), { recursive: true });
  copyFileSync(hopper, path.join(gallery, NAME, 'portrait.jpg'));
  writeFileSync(path.join(gallery, NAME, 'person.yaml'), `displayName: ${SHOWN}\n`);
  mkdirSync(path.join(gallery, 'eileen'));
  copyFileSync(collins, path.join(gallery, 'eileen/a.png'));
  const config = path.join(folder, 'config.yaml');
  const more = [
    'data: data',
    'snapshots: { enabled: true }',
    'visits: { enabled: true }',
    'events: { explain: true }',
    `webhooks: ${JSON.stringify([{ id: 'hook', url: far.url }])}`,
    `mqtt: ${JSON.stringify({ url: broker.url })}`,
  ];
  const text = configText([{ id: 'door', loop: true, realtime: true }], `${more.join('\n')}\n`);
  writeFileSync(config, text.replace(demoGallery, gallery));
  const running = await daemon(config);
  const client = new Listener(running.address);
  await client.until(
    ({ kind, person, snapshot }) => kind === 'match' && person === NAME && snapshot !== null,
  );
  await eventually(
    async () =>
      (await fetch(`${running.address}/api/v1/dead-letters`)).json() as Promise<{ deadLetters: object[] }>,
    ({ deadLetters }) => deadLetters.length >= 2,
  );
  await eventually(
    () => keptBy(broker),
    (kept) => kept.get('spotter/cameras/door/last_person') === NAME && kept.has(`spotter/people/${NAME}`),
  );
  const embeddings = embeddingsOf(data, NAME);
  expect(embeddings.length).toBe(1);
  const wanted = [...formsOf(NAME), Buffer.from(SHOWN), ...embeddings];
  writeFileSync(path.join(data, 'events.db.corrupt-2026-01-01T00-00-00.000Z'), `damaged ${NAME} log`);
  expect(tracesOf([data], wanted).map((file) => path.basename(file))).toEqual(
    expect.arrayContaining(['events.db-wal', expect.stringMatching(/\.cache$/)]),
  );
  return { ...running, data, gallery, config, broker, client, wanted };
}

/** Runs the command until the traces are gone. @returns what the command printed */
async function forgets({ config, data, gallery, wanted }: Home) {
  const child = start(['forget', NAME, '-c', config, '--json']);
  const ended = finish(child);
  await eventually(
    () => tracesOf([data, gallery], wanted),
    (traces) => traces.length === 0,
  );
  const { code, stdout, stderr } = await ended;
  return { code, stderr, report: JSON.parse(stdout) };
}

const DONE = {
  person: NAME,
  photos: [`${NAME}/`],
  embeddings: 1,
  events: expect.toSatisfy((count: number) => count >= 1),
  deadLetters: expect.toSatisfy((count: number) => count >= 1),
  pictures: expect.toSatisfy((count: number) => count >= 2),
  // The person's state, attributes and announcement, and two of the camera.
  topics: 5,
  files: ['events.db.corrupt-2026-01-01T00-00-00.000Z'],
  waiting: [],
  remains: [],
  notes: [],
};

const namesPerson = (kept: Map<string, string>) =>
  [...kept].flat().filter((text) => text.includes(NAME) || text.includes(SHOWN));

describe('spotter forget', () => {
  it('leaves no byte of name or embedding while the daemon runs, and the daemon continues without the name', async (context) => {
    const home = await recognised(context);
    const { data, gallery, broker, client, wanted, child } = home;
    const pictures = path.join(data, 'snapshots');
    const before = readdirSync(pictures, { recursive: true }).filter((name) => String(name).endsWith('.jpg'));
    expect(before.length).toBeGreaterThanOrEqual(2);
    expect(statSync(path.join(data, 'control.json')).mode & 0o777).toBe(0o600);
    const { code, stderr, report } = await forgets(home);
    expect({ code, stderr, report }).toEqual({
      code: 0,
      stderr: '',
      // Without the person in the gallery, the sink also removes topics by itself.
      report: { gallery, ...DONE, topics: expect.any(Number), mentions: expect.any(Number) },
    });
    for (const name of before) expect(existsSync(path.join(pictures, String(name)))).toBe(false);
    expect(namesPerson(await keptBy(broker))).toEqual([]);

    // The track in view then is judged again, ends, and others come.
    const after = client.seen.length;
    const appeared = await client.until(({ kind }) => kind === 'appeared', after);
    await client.until(({ kind, track }) => kind === 'left' && track === appeared.track, after);
    expect(JSON.stringify(client.seen.slice(after))).not.toContain(NAME);
    expect(namesPerson(await keptBy(broker))).toEqual([]);
    const again = await spotter(['forget', NAME, '-c', home.config]);
    expect(again).toMatchObject({ code: 1, stdout: `nothing found for ${NAME}\n` });

    const renewed = client.seen.length;
    mkdirSync(path.join(gallery, NAME));
    copyFileSync(hopper, path.join(gallery, NAME, 'portrait.jpg'));
    await client.until(({ kind, person }) => kind === 'match' && person === NAME, renewed);
    const removed = await spotter(['gallery', 'remove', NAME, '--forget', '-c', home.config, '--json']);
    expect(removed).toMatchObject({ code: 0, stderr: '' });
    expect(tracesOf([data, gallery], wanted)).toEqual([]);
    const renewal = JSON.parse(removed.stdout);
    // The daemon did it: it holds the log all the time.
    expect(renewal.events).toBeGreaterThan(0);
    expect(await spotter(['run', '-c', home.config])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is in use by another spotter'),
    });
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    expect(tracesOf([data, gallery], wanted)).toEqual([]);
    expect(existsSync(path.join(data, 'control.json'))).toBe(false);
    expect(namesPerson(await keptBy(broker))).toEqual([]);
  });

  it('leaves no byte after the daemon was killed and left its control file behind', async (context) => {
    const home = await recognised(context);
    const { child, data, config, broker } = home;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    expect(readFileSync(path.join(data, 'control.json'), 'utf8')).toContain(home.address);
    const { code, stderr, report } = await forgets(home);
    expect({ code, stderr, report }).toMatchObject({ code: 0, stderr: '', report: DONE });
    expect(namesPerson(await keptBy(broker))).toEqual([]);
    const again = await spotter(['forget', NAME, '-c', config]);
    expect(again).toMatchObject({ code: 1, stdout: `nothing found for ${NAME}\n` });
  });

  it('changes nothing when it cannot reach the daemon or the name is not valid', async () => {
    const folder = temporaryFolder();
    const gallery = path.join(folder, 'gallery');
    mkdirSync(gallery);
    const config = path.join(folder, 'config.yaml');
    writeFileSync(config, configText([], 'data: data\n').replace(demoGallery, gallery));
    const { address } = await daemon(config);
    writeFileSync(path.join(gallery, 'alice.yaml'), 'note: x\n');
    const file = path.join(folder, 'data/control.json');
    const forget = (name: string) => spotter(['forget', name, '-c', config]);
    expect(await forget('../gallery')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not a valid name'),
    });
    const control = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...control, token: 'of another start' }));
    expect(await forget('alice')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${address} rejects the request`),
    });
    writeFileSync(file, JSON.stringify({ ...control, address: 'http://127.0.0.1:9' }));
    expect(await forget('alice')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not answer'),
    });
    rmSync(file);
    expect(await forget('alice')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `spotter: a daemon is using ${folder}/data, but control.json there is missing or invalid; stop it and try again\n`,
    });
    expect(readdirSync(gallery)).toEqual(['alice.yaml']);
    writeFileSync(file, JSON.stringify(control));
    expect(await forget('alice')).toMatchObject({
      code: 0,
      stdout: 'alice.yaml removed\nalice has been forgotten\n',
    });
  });
});
