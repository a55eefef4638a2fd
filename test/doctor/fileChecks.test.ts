import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadIncompleteConfig } from '../../src/config/load.js';
import { CONNECTIONS } from '../../src/config/unusedSections.js';
import { Database } from '../../src/core/database.js';
import { checkFiles } from '../../src/doctor/fileChecks.js';
import { openLog, pending } from '../helpers/log.js';
import { hopper } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** A folder of spotter without a fault, and what is found in it. */
function home() {
  const folder = temporaryFolder();
  const at = (name: string) => path.join(folder, name);
  mkdirSync(at('gallery/alice'), { recursive: true });
  cpSync(hopper, at('gallery/alice/1.jpg'));
  mkdirSync(at('data'), { mode: 0o700 });
  const write = (text: string) => writeFileSync(at('config.yaml'), text, { mode: 0o644 });
  write('events: { maxMb: 8 }\n');
  const find = async (isRunning = false) => {
    const loaded = loadIncompleteConfig(at('config.yaml'), () => {}, folder, CONNECTIONS);
    const findings = await checkFiles(loaded, undefined, isRunning);
    return Object.fromEntries(findings.map(({ check, state, message }) => [check, `${state}: ${message}`]));
  };
  return { at, write, find };
}

describe('checkFiles', () => {
  it('finds nothing wrong where nothing is', async () => {
    const { find, at } = home();
    const { log } = await openLog({ folder: at('data') });
    log.append(pending([{}, {}]));
    expect(await find(true)).toMatchObject({ 'event log': 'ok: in use by the running daemon' });
    expect(await find()).toMatchObject({
      'event log': expect.stringMatching(/^warning: it is in use, but no daemon answers/),
    });
    await log.stop();
    expect(await find()).toEqual({
      configuration: `ok: ${at('config.yaml')} is valid`,
      models: 'ok: spotter-det and spotter-embed are intact',
      gallery: `ok: 1 person with 1 photo in ${at('gallery')}; "spotter gallery check" looks at each`,
      data: `ok: ${at('data')}`,
      'event log': 'ok: 2 events',
      disk: expect.stringMatching(/^ok: \d+ [MG]B free at /),
    });
  });

  it('says what to do about secrets and names that others may read, and folders that they may change', async () => {
    const { find, write, at } = home();
    write('mqtt: { url: "mqtt://u:brokersecret@b" }\nmodels: { folder: /nowhere }\n');
    chmodSync(at('data'), 0o755);
    chmodSync(at('gallery'), 0o777);
    const found = await find();
    expect(found).toMatchObject({
      configuration: `warning: ${at('config.yaml')} holds secrets (mqtt.url), and others on this machine may read it; chmod 600 ${at('config.yaml')}`,
      gallery: `warning: others on this machine may add people to ${at('gallery')}; chmod go-w ${at('gallery')}`,
      data: expect.stringMatching(/^warning: .* chmod 700 /),
    });
    expect(JSON.stringify(found)).not.toContain('brokersecret');
  });

  it('reports each variable and secret file that is missing, and looks at the rest', async () => {
    const { find, write, at } = home();
    write('mqtt: { url: "${NOT_SET_MQTT}" }\nwebhooks: [{ id: a, url: "${file:none}" }]\n');
    const found = await find();
    // The last one of this check.
    expect(found.configuration).toMatch(
      /^fault: .*config\.yaml:2:26: the file .*none does not exist; create it/,
    );
    expect(found.data).toBe(`ok: ${at('data')}`);
  });

  it('reports missing models and galleries, a newer log, a damaged one, and one from the future', async () => {
    const { find, write, at } = home();
    write('detector: scrfd-10g\ngallery: missing\n');
    const { log } = await openLog({ folder: at('data') });
    log.append(pending([{}]));
    await log.stop();
    const change = (sql: string) => {
      const db = new Database(at('data/events.db'));
      db.exec(sql);
      db.close();
    };
    change(`UPDATE events SET published_ms = ${Date.now() + 86_400_000}`);
    expect(await find()).toMatchObject({
      models: expect.stringMatching(/^fault: model "scrfd-10g" is not installed: .* models pull scrfd-10g/),
      gallery: `fault: gallery ${at('missing')} does not exist; make the folder, or name another one with -g`,
      'event log': expect.stringMatching(
        /^warning: its newest event is of .* in the future; check the clock$/,
      ),
    });
    change('PRAGMA user_version = 99');
    expect((await find())['event log']).toMatch(/^fault: .* was written by a newer spotter \(log version 99/);
    writeFileSync(at('data/events.db'), 'no log'.repeat(1000));
    expect((await find())['event log']).toMatch(/^fault: .* is damaged; start spotter once/);
  });
});
