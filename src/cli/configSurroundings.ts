import { accessSync, closeSync, constants, existsSync, openSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { isRecording } from '../config/cameraSchema.js';
import type { Config } from '../config/schema.js';
import { parseAddress } from '../core/address.js';
import { describeError, hasErrno, SpotterError } from '../core/errors.js';
import { nearestExisting } from '../core/folders.js';
import { meantOr } from '../core/nearest.js';
import { isSamePerson } from '../core/personName.js';
import { maskText } from '../core/secrets.js';
import { peopleOf } from '../gallery/edit.js';
import { probeFolder } from '../gallery/folderProbe.js';
import { prepare } from '../models/prepare.js';
import { readControl } from '../supervisor/controlFile.js';

/** Something that the configuration names, and what is wrong with it. */
export interface Surrounding {
  /** Key, such as `gallery.folder`. */
  key: string;
  message: string;
}

const ANSWER_MS = 2000;

/**
 * Looks at what a valid configuration names on this machine: folders, recordings and devices, models, people, and the port. Changes
 * nothing and connects to no camera.
 *
 * @param modelFolder value of --models
 */
export async function surroundingFaults(config: Config, modelFolder?: string): Promise<Surrounding[]> {
  const gallery = await galleryFaults(config);
  return [
    ...config.cameras.flatMap(cameraFaults),
    ...gallery,
    ...(await modelFaults(config, modelFolder)),
    ...dataFaults(config.data),
    ...(gallery.length === 0 ? await peopleFaults(config) : []),
    ...(await portFaults(config)),
  ];
}

function cameraFaults({ url }: Config['cameras'][number], index: number): Surrounding[] {
  const fault = (message: string) => [{ key: `cameras[${index}].url`, message: maskText(message) }];
  if (isRecording(url)) {
    const why = whyUnreadable(url);
    return why === null ? [] : fault(`the recording ${url} ${why}`);
  }
  const { kind, input } = parseAddress(url);
  if (kind !== 'device') return [];
  if (!existsSync(input)) return fault(`there is no device ${input}; plug it in, or name another one`);
  return canAccess(input, constants.R_OK)
    ? []
    : fault(`the device ${input} cannot be read; add your user to its group, which is often "video"`);
}

function whyUnreadable(file: string): string | null {
  try {
    if (statSync(file).isDirectory()) return 'is a folder; name a file in it';
    closeSync(openSync(file, 'r'));
    return null;
  } catch (error) {
    return hasErrno(error, 'ENOENT', 'ENOTDIR')
      ? 'does not exist; check the path'
      : 'cannot be read; check its permissions';
  }
}

async function galleryFaults({ gallery: { folder } }: Config): Promise<Surrounding[]> {
  const fault = (message: string) => [{ key: 'gallery.folder', message }];
  try {
    await probeFolder(folder);
    readdirSync(folder);
    return [];
  } catch (error) {
    if (error instanceof SpotterError) return fault(error.message);
    if (hasErrno(error, 'ENOENT')) return fault(`${folder} does not exist; make the folder`);
    if (hasErrno(error, 'ENOTDIR'))
      return fault(`${folder} is a file; name the folder that holds the people`);
    return fault(`${folder} cannot be read (${describeError(error)}); check its permissions`);
  }
}

/** Filters of webhooks that name nobody: they would never receive an event. */
async function peopleFaults({ webhooks, gallery }: Config): Promise<Surrounding[]> {
  if (webhooks.every(({ people }) => people.length === 0)) return [];
  const known = await peopleOf(gallery.folder).catch(() => null);
  if (!known) return [];
  return webhooks.flatMap(({ people }, index) =>
    people.flatMap((person, place) => {
      if (known.some((one) => isSamePerson(one, person))) return [];
      const remedy = meantOr(person, known, 'add photos, or remove the name');
      return [
        {
          key: `webhooks[${index}].people[${place}]`,
          message: `nobody in the gallery is called ${person}; ${remedy}`,
        },
      ];
    }),
  );
}

async function modelFaults(config: Config, modelFolder?: string): Promise<Surrounding[]> {
  try {
    await prepare(config, modelFolder);
    return [];
  } catch (error) {
    if (!(error instanceof SpotterError)) throw error;
    return [{ key: 'models', message: error.message }];
  }
}

/** The folder is made by the daemon, so the nearest one that is there matters. */
function dataFaults(data: string): Surrounding[] {
  const there = nearestExisting(data);
  const fault = (message: string) => [{ key: 'data', message }];
  if (!statSync(there).isDirectory()) return fault(`${there} is a file; name a folder`);
  return canAccess(there, constants.W_OK | constants.X_OK)
    ? []
    : fault(`${there} cannot be written; change its owner or its permissions, or name another folder`);
}

async function portFaults({ http: { host, port }, data }: Config): Promise<Surrounding[]> {
  const error = await whyNotListening(host, port);
  if (error === null) return [];
  if (hasErrno(error, 'EADDRINUSE')) {
    if (await isOwnDaemon(data, port)) return [];
    const message = `another program uses port ${port} of ${host}; stop it, or set another port`;
    return [{ key: 'http.port', message }];
  }
  if (hasErrno(error, 'EACCES'))
    return [{ key: 'http.port', message: `the system reserves port ${port}; set it to 1024 or more` }];
  return [{ key: 'http.host', message: `this machine does not have the address ${host}; name another one` }];
}

function whyNotListening(host: string, port: number): Promise<Error | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port }, () => server.close(() => resolve(null)));
  });
}

/** Whether the port is used by the daemon of this very configuration, as while one edits its file. */
async function isOwnDaemon(data: string, port: number): Promise<boolean> {
  const control = readControl(data);
  if (!control || Number(new URL(control.address).port) !== port) return false;
  const answer = await fetch(`${control.address}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(
    () => null,
  );
  return answer?.ok === true;
}

function canAccess(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}
