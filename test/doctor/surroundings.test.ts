import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { checkSurroundings } from '../../src/doctor/surroundings.js';
import { temporaryFolder } from '../helpers/temporary.js';

const FREE = 'http: { port: 0 }\n';

/** What is wrong around a configuration in a folder of its own, each as `key: message`. */
async function faultsAround(text: string, daemon: string | null = null): Promise<string[]> {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'gallery/alice'), { recursive: true });
  writeFileSync(path.join(folder, 'gallery/alice/a.jpg'), 'a photo');
  const file = path.join(folder, 'config.yaml');
  writeFileSync(file, text);
  const findings = await checkSurroundings(loadConfig(file).config, undefined, daemon);
  const faults = findings.filter(({ state }) => state === 'fault');
  return faults.map(({ key, message }) => `${key}: ${message.replaceAll(folder, 'HERE')}`);
}

/** A server that answers every request, and its port. */
async function serverPort(): Promise<number> {
  const server = createServer((_, response) => response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('checkSurroundings', () => {
  it('finds nothing wrong where everything is there, and leaves no data folder behind', async () => {
    expect(await faultsAround(FREE)).toEqual([]);
  });

  it('finds recordings and devices that are not there', async () => {
    const text = `${FREE}cameras: [{ id: a, url: none.mp4 }, { id: b, url: gallery }, { id: c, url: 'device:/dev/video99' }, { id: d, url: 'rtsp://u:secret@host/x' }]\n`;
    expect(await faultsAround(text)).toEqual([
      'cameras[0].url: the recording HERE/none.mp4 does not exist; check the path',
      'cameras[1].url: the recording HERE/gallery is a folder; name a file in it',
      'cameras[2].url: there is no device /dev/video99; plug it in, or name another one',
    ]);
  });

  it('finds folders that cannot be used', async () => {
    expect(await faultsAround(`${FREE}gallery: none\ndata: gallery/alice/a.jpg/data\n`)).toEqual([
      'gallery.folder: gallery HERE/none does not exist; make the folder, or name another one with -g',
      'data: HERE/gallery/alice/a.jpg is not a folder; set data to another one',
    ]);
  });

  it('finds a model that is not installed', async () => {
    expect(await faultsAround(`${FREE}detector: scrfd-10g\n`)).toEqual([
      expect.stringMatching(/^models: model "scrfd-10g" is not installed: .* models pull scrfd-10g/),
    ]);
  });

  it('finds people in filters who are not in the gallery, and names the nearest', async () => {
    expect(
      await faultsAround(`${FREE}webhooks: [{ id: w, url: 'http://h', people: [alice, alise] }]\n`),
    ).toEqual(['webhooks[0].people[1]: nobody in the gallery is called alise; did you mean "alice"?']);
  });

  it('finds a port that another program uses, and an address that is not of this machine', async () => {
    const port = await serverPort();
    expect(await faultsAround(`http: { port: ${port} }\n`)).toEqual([
      `http: cannot listen on 127.0.0.1:${port}: another program uses that port; stop it, or set http.port`,
    ]);
    expect(await faultsAround('http: { host: 192.0.2.1, port: 0 }\n')).toEqual([
      'http: cannot listen on 192.0.2.1:0: this machine does not have that address; set http.host',
    ]);
  });

  it('takes the port that the daemon of the same configuration uses for free, and no other one', async () => {
    const port = await serverPort();
    expect(await faultsAround(`http: { port: ${port} }\n`, `http://127.0.0.1:${port}`)).toEqual([]);
    expect(await faultsAround(`http: { port: ${port} }\n`, 'http://127.0.0.1:1')).toHaveLength(1);
  });
});
