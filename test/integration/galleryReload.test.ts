import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { spotter } from '../helpers/cli.js';
import { configText, type Daemon, daemon, eventually, Listener, metric } from '../helpers/daemon.js';
import { comesAndGoes } from '../helpers/ffmpeg.js';
import { collins, demoGallery, hopper } from '../helpers/paths.js';
import { descendantsOf } from '../helpers/processes.js';
import { temporaryFolder } from '../helpers/temporary.js';

interface WatchedGallery extends Daemon {
  gallery: string;
  config: string;
  client: Listener;
}

/** A daemon that sees Eileen Collins come and go, and knows Grace Hopper. */
async function watchGallery(): Promise<WatchedGallery> {
  const folder = temporaryFolder();
  const gallery = path.join(folder, 'gallery');
  mkdirSync(path.join(gallery, 'grace'), { recursive: true });
  copyFileSync(hopper, path.join(gallery, 'grace/portrait.jpg'));
  const config = path.join(folder, 'config.yaml');
  const text = configText(
    [{ id: 'door', url: comesAndGoes(collins), loop: true, realtime: true }],
    'data: data\n',
  );
  writeFileSync(config, text.replace(demoGallery, gallery));
  const running = await daemon(config);
  return { ...running, gallery, config, client: new Listener(running.address) };
}

/** The next lines of the log, from now on, until one has all of these texts. */
async function logLine(log: () => string, from: number, ...texts: string[]): Promise<string> {
  const fits = (line: string) => texts.every((text) => line.includes(text));
  const all = await eventually(log, (text) => text.slice(from).split('\n').some(fits));
  return all.slice(from).split('\n').find(fits) ?? '';
}

const named = (person: string) => (message: Record<string, unknown>) =>
  message.kind === 'match' && message.person === person;
const people = ({ address }: WatchedGallery) => metric(address, 'spotter_gallery_people');

describe('spotter run: a gallery that changes', () => {
  it('names a stranger who is enrolled, under the name that counts then, until removed', async () => {
    const home = await watchGallery();
    const { gallery, client, log } = home;
    await client.until(({ kind, person }) => kind === 'left' && person === null);
    mkdirSync(path.join(gallery, 'eileen'));
    copyFileSync(collins, path.join(gallery, 'eileen/a.png'));
    await client.until(named('eileen'));
    expect(await people(home)).toBe(2);
    await logLine(log, 0, 'gallery changed', '"peopleAdded":["eileen"]', '"photosAdded":["eileen/a.png"]');

    const renamed = client.seen.length;
    renameSync(path.join(gallery, 'eileen'), path.join(gallery, 'Eileen Collins'));
    await client.until(named('Eileen Collins'), renamed);
    await logLine(log, 0, '"peopleAdded":["Eileen Collins"],"peopleRemoved":["eileen"]');

    const replaced = log().length;
    copyFileSync(hopper, path.join(gallery, 'Eileen Collins/a.png'));
    await logLine(log, replaced, '"photosReplaced":["Eileen Collins/a.png"]');
    const gone = log().length;
    rmSync(path.join(gallery, 'Eileen Collins'), { recursive: true });
    await logLine(log, gone, '"peopleRemoved":["Eileen Collins"]');
    expect(await people(home)).toBe(1);
    const after = client.seen.length;
    const appeared = await client.until(({ kind }) => kind === 'appeared', after);
    const left = await client.until(({ kind, track }) => kind === 'left' && track === appeared.track, after);
    expect(left.person).toBe(null);
  });

  it('is known also to the engine that takes over, and goes on being watched', async () => {
    const home = await watchGallery();
    const { child, gallery, log } = home;
    rmSync(gallery, { recursive: true });
    await logLine(log, 0, 'gallery not readable, keeping the people read before');
    const killed = log().length;
    process.kill(descendantsOf(child.pid, 'node')[0], 'SIGKILL');
    const restarts = () => metric(home.address, 'spotter_engine_restarts_total{cause="engine_died"}');
    await eventually(restarts, (count) => count === 1);
    await eventually(
      async () => (await fetch(`${home.address}/readyz`)).status,
      (status) => status === 200,
    );
    expect(await people(home)).toBe(1);
    mkdirSync(path.join(gallery, 'eileen'), { recursive: true });
    copyFileSync(collins, path.join(gallery, 'eileen/a.png'));
    await home.client.until(named('eileen'));
    await logLine(log, killed, 'gallery readable again');
    await logLine(log, killed, '"peopleRemoved":["grace"]');
  });

  it('that is removed and put back knows its people all the while', async () => {
    const home = await watchGallery();
    const { gallery, log } = home;
    renameSync(gallery, `${gallery}-elsewhere`);
    await logLine(log, 0, 'gallery not readable');
    expect(await people(home)).toBe(1);
    copyFileSync(collins, path.join(`${gallery}-elsewhere`, 'eileen.png'));
    renameSync(`${gallery}-elsewhere`, gallery);
    await home.client.until(named('eileen'));
    await logLine(log, 0, 'gallery readable again');
    await logLine(log, 0, '"peopleAdded":["eileen"]');
    expect(log()).not.toContain('peopleRemoved');
  });

  it('waits for a half-copied photo, and reports one that stays so', async () => {
    const home = await watchGallery();
    const { gallery, log } = home;
    const bytes = readFileSync(collins);
    const half = path.join(gallery, 'eileen.png');
    writeFileSync(half, bytes.subarray(0, bytes.length / 2));
    // Once this one is in, the other has been looked at too.
    writeFileSync(path.join(gallery, 'nobody;txt.jpg'), 'no photo');
    copyFileSync(hopper, path.join(gallery, 'zoe.jpg'));
    await logLine(log, 0, '"peopleAdded":["zoe"]');
    expect(log()).not.toContain('eileen');
    writeFileSync(half, bytes.subarray(bytes.length / 2), { flag: 'a' });
    await logLine(log, 0, '"peopleAdded":["eileen"]');
    expect(log()).not.toContain('eileen.png: unreadable');
    await logLine(log, 0, '"unusable":["nobody;txt.jpg: bad_name');

    writeFileSync(path.join(gallery, 'ada.jpg'), readFileSync(hopper).subarray(0, 9000));
    await logLine(log, 0, 'ada.jpg: unreadable: it is damaged');
    expect(await people(home)).toBe(3);
  });

  it('is changed by "gallery add" and "gallery remove", and by person.yaml, where a fault is reported and changes nothing', async () => {
    const home = await watchGallery();
    const { config, gallery, log } = home;
    const file = path.join(gallery, 'grace/person.yaml');
    writeFileSync(file, 'displayName: Admiral Hopper\nthreshold: 0.5\n');
    await logLine(log, 0, 'gallery changed', '"settings":["grace"]');
    const before = log().length;
    writeFileSync(file, 'displayName: Admiral Hopper\nthresold: 0.9\n');
    const line = await logLine(log, before, '"faults"');
    expect(line).toContain('grace/person.yaml:2:1: thresold: unknown key; did you mean \\"threshold\\"?');
    expect(line).not.toContain('"settings"');
    expect(await people(home)).toBe(1);
    writeFileSync(file, 'validUntil: 2020-01-01\n');
    await logLine(log, before, '"expired":["grace"]', '"peopleRemoved":["grace"]');
    expect(await people(home)).toBe(0);
    rmSync(file);
    await logLine(log, before, '"peopleAdded":["grace"]');
    const added = await spotter(['gallery', 'add', 'eileen', collins, '-c', config]);
    expect(added).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('added as eileen/eileen-collins.png'),
    });
    await home.client.until(named('eileen'));
    const removed = await spotter(['gallery', 'remove', 'eileen', '-c', config]);
    expect(removed).toMatchObject({ code: 0, stdout: 'eileen/ removed\n' });
    await logLine(log, 0, '"peopleRemoved":["eileen"]');
    const copy = path.join(path.dirname(config), 'copy.jpg');
    await sharp(hopper).resize(400).jpeg().toFile(copy);
    const doubtful = await spotter(['gallery', 'add', 'Eileen', copy, '-c', config]);
    expect(doubtful.code).toBe(0);
    expect(doubtful.stderr).toMatch(/added, but .*Eileen\/copy\.jpg.* \(0\.9\d\).* ambiguous/);
  });
});
