import path from 'node:path';
import type { ModelAgreement } from '../cluster/modelAgreement.js';
import type { ClusterPart } from '../cluster/part.js';
import type { LocalFolder } from '../cluster/personSync.js';
import type { WatchList } from '../cluster/watchList.js';
import type { Config } from '../config/schema.js';
import { isSamePerson } from '../core/personName.js';
import { cleansedEvent, namesIn } from '../events/cleansedEvent.js';
import type { SpotterEvent } from '../events/event.js';
import type { EventLog } from '../events/log/eventLog.js';
import type { GalleryChange } from '../gallery/change.js';
import { personOf } from '../gallery/folder.js';
import { FolderFiles } from '../gallery/folderFiles.js';
import type { ToEngine } from '../ipc/protocol.js';
import type { SharedResult } from '../ipc/requests.js';
import type { Logger } from '../observe/logger.js';
import type { EngineRequests } from './engineRequests.js';
import { CLUSTER_FOLDER, type ForgetReport } from './forgetPerson.js';
import { knownNames } from './knownNames.js';

/** What the watch list of a cluster reads and changes of this daemon. */
export interface ClusterPeopleOptions {
  /** The current configuration; what concerns the cluster applies from a restart. */
  config: () => Config;
  /** Value of --models. */
  modelFolder?: string | undefined;
  logger: Logger;
  requests: Pick<EngineRequests, 'ask'>;
  send: (message: ToEngine) => void;
  /** The node's own log, and the one with the numbers of the stream of events. */
  logs: () => [own: EventLog, merged: EventLog];
  /** Erases a person from this node alone, in one spelling. @throws SpotterError gallery.unwritable */
  erase: (person: string) => Promise<ForgetReport>;
}

/** The people of this node as part of a cluster's watch list; without a cluster, nothing of it is loaded. */
export class ClusterPeople {
  readonly #options: ClusterPeopleOptions;
  #watchList: WatchList | null = null;
  #agreement: ModelAgreement | null = null;
  #resultKey: string | null = null;

  constructor(options: ClusterPeopleOptions) {
    this.#options = options;
  }

  /** The parts of the cluster that keep the people. @param node name of this node @throws SpotterError model.not_found */
  async parts(node: string): Promise<ClusterPart[]> {
    const { modelFolder, logger, requests, send, logs, erase } = this.#options;
    const config = this.#options.config();
    const { WatchList } = await import('../cluster/watchList.js');
    const { ModelAgreement } = await import('../cluster/modelAgreement.js');
    const { modelsOf } = await import('./clusterModels.js');
    const log = { info: (text: string) => logger.info(text), warn: (text: string) => logger.warn(text) };
    this.#watchList = new WatchList({
      ...{ node, log },
      data: path.join(config.data, CLUSTER_FOLDER),
      folder: this.#folder(),
      outcomes: {
        key: () => this.#resultKey,
        known: (sha256) => requests.ask('results', { sha256 }),
        take: (results) => send({ kind: 'results', results: results as SharedResult[] }),
      },
      forgetting: {
        names: () => this.#names(),
        eventsOf: (person) => logs()[1].readable((store) => store.removal.naming(person), []),
        erase: async (person) => {
          const { remains } = await erase(person);
          for (const sentence of remains) logger.warn(`a person who was forgotten: ${sentence}`);
        },
      },
    });
    this.#agreement = new ModelAgreement(await modelsOf(config, modelFolder), log);
    return [this.#agreement, this.#watchList];
  }

  /** Whether the other nodes can work with the models of another configuration. @throws SpotterError cluster.other, cluster.unreachable; as modelsOf */
  async checkModels(next: Config): Promise<void> {
    if (!this.#agreement) return;
    const { modelsOf } = await import('./clusterModels.js');
    await this.#agreement.change(await modelsOf(next, this.#options.modelFolder));
  }

  /**
   * An event of the feed without people who were forgotten meanwhile: a node that did not know yet may have published it. What it
   * says of them is then erased in NATS as well.
   */
  readonly cleanse = (event: SpotterEvent): SpotterEvent | null => {
    const watchList = this.#watchList;
    const names = watchList ? namesIn(event).filter((name) => watchList.isForgotten(name)) : [];
    if (names.length === 0) return event;
    watchList?.eraseEvent(event.seq);
    return names.reduce<SpotterEvent | null>((rest, name) => rest && cleansedEvent(rest, name), event);
  };

  /** See {@link WatchList.isCurrent}; true without a cluster. */
  get isCurrent(): boolean {
    return this.#watchList?.isCurrent ?? true;
  }

  /** An engine is ready, and has results under this key. */
  engineReady(resultKey: string): void {
    this.#resultKey = resultKey;
    this.#watchList?.engineReady();
  }

  /** The gallery has changed; with null, it may have anywhere. */
  noteGallery(change: GalleryChange | null): void {
    this.#watchList?.noteFolder(change && peopleIn(change));
  }

  /** The engine has worked out photos. */
  noteResults(results: readonly SharedResult[]): void {
    void this.#watchList?.noteOutcomes(results);
  }

  /**
   * Forgets a person on every node.
   *
   * @param eraseHere erases the person on this node, in every spelling
   * @throws SpotterError gallery.unwritable; nothing has been erased then, here or elsewhere
   */
  async forget(person: string, eraseHere: () => Promise<ForgetReport>): Promise<ForgetReport> {
    const watchList = this.#watchList;
    if (!watchList) return eraseHere();
    const { personKeyOf } = await import('../cluster/sealer.js');
    const names = (await this.#names()).filter((name) => isSamePerson(name, person));
    const spellings = [...new Set([person, ...names])];
    let report: ForgetReport | null = null;
    const key = personKeyOf(this.#options.config().cluster.key ?? '', person);
    const waiting = await watchList.forget(key, spellings, async () => {
      report = await eraseHere();
    });
    return withWaiting(report as unknown as ForgetReport, waiting);
  }

  /** The gallery's folder, also once the configuration names another one. */
  #folder(): LocalFolder {
    const { config } = this.#options;
    let place = '';
    let files: FolderFiles | null = null;
    const current = () => {
      const { gallery, data } = config();
      if (!files || place !== gallery.folder) files = new FolderFiles(gallery.folder, data);
      place = gallery.folder;
      return files;
    };
    return {
      look: (isWanted) => current().look(isWanted),
      read: (name) => current().read(name),
      write: (name, content, expected) => current().write(name, content, expected),
      move: (name, to, expected) => current().move(name, to, expected),
      remove: (name, expected) => current().remove(name, expected),
    };
  }

  #names(): Promise<string[]> {
    const { config, logs } = this.#options;
    const { gallery, data } = config();
    return knownNames({
      ...{ folder: gallery.folder, data },
      logs: logs(),
      fileNames: this.#watchList?.fileNames ?? [],
    });
  }
}

/** The people whose files have changed. */
function peopleIn({ photos, settings, people }: GalleryChange): string[] {
  const { added, replaced, removed } = photos;
  return [...new Set([...[...added, ...replaced, ...removed].map(personOf), ...settings, ...people.removed])];
}

/** A report that also says which nodes have still to erase the person. @param waiting null: no other node knows of it yet */
export function withWaiting(report: ForgetReport, waiting: readonly string[] | null): ForgetReport {
  const { person } = report;
  const sentences =
    waiting === null
      ? [`the other nodes of the cluster erase ${person} once this one reaches NATS`]
      : waiting.map(
          (node) =>
            `node ${node} has not erased ${person} yet; it does before it watches again, or within a minute if it runs`,
        );
  return { ...report, waiting: [...(waiting ?? [])], remains: [...report.remains, ...sentences] };
}
