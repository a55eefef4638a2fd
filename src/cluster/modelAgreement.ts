import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { SpotterError } from '../core/errors.js';
import { entryOf } from './bucketEntry.js';
import { FORMAT } from './names.js';
import { describeFault, isWrongRevision } from './natsFaults.js';
import type { ClusterPart, Joined } from './part.js';
import { within } from './within.js';

const models = z.object({
  format: z.int(),
  /** Ids of the catalogue. */
  detector: z.string(),
  embedder: z.string(),
  /** Identifies the embedder whatever it is called: embeddings can only be compared with those of the same one. */
  embedderKey: z.string(),
});

/** The models of a node. */
export type Models = Omit<z.output<typeof models>, 'format'>;

const KEY = 'models';
const TIMEOUT_MS = 5000;

/** Sees to it that all nodes use the same embedder: what a cluster knows of a face is of no use to another one. */
export class ModelAgreement implements ClusterPart {
  #mine: Models;
  readonly #log: { warn: (text: string) => void };
  #joined: Joined | null = null;

  constructor(mine: Models, log: { warn: (text: string) => void }) {
    this.#mine = mine;
    this.#log = log;
  }

  /** @throws SpotterError cluster.other when nodes that are there use another embedder; an error of the client */
  async join(joined: Joined): Promise<void> {
    await this.#agree(joined, this.#mine);
    this.#joined = joined;
  }

  /**
   * Gives this node other models.
   *
   * @throws SpotterError cluster.other as {@link join}, cluster.unreachable when NATS does not answer; the node keeps what it has then
   */
  async change(models: Models): Promise<void> {
    if (this.#joined && !isDeepStrictEqual(models, this.#mine))
      await this.#agree(this.#joined, models).catch((error: unknown) => {
        if (error instanceof SpotterError) throw error;
        throw new SpotterError(
          'cluster.unreachable',
          `the models cannot be compared with those of the other nodes: ${describeFault(error)}; try again when NATS answers`,
        );
      });
    this.#mine = models;
  }

  async leave(): Promise<void> {
    this.#joined = null;
  }

  /** @throws SpotterError cluster.other; an error of the client */
  async #agree({ store, sealer, membership }: Joined, mine: Models): Promise<void> {
    const sealed = sealer.sealJson({ format: FORMAT, ...mine }, KEY);
    for (;;) {
      const entry = await entryOf(store.state, KEY);
      const parsed = entry && models.safeParse(sealer.openJson(entry.value, KEY));
      const theirs = parsed?.success ? parsed.data : null;
      const { others } = membership;
      if (theirs && theirs.embedderKey === mine.embedderKey) {
        if (theirs.detector !== mine.detector && others.length > 0)
          this.#log.warn(
            `this node finds faces with "${mine.detector}", the others with "${theirs.detector}"; use one detector, so that all see the same`,
          );
        return;
      }
      if (theirs && others.length > 0)
        throw refusal(
          mine,
          theirs,
          others.map(({ node }) => node),
        );
      try {
        if (entry) await within(TIMEOUT_MS, store.state.update(KEY, sealed, entry.revision));
        else await within(TIMEOUT_MS, store.state.create(KEY, sealed));
        return;
      } catch (error) {
        // Another node was faster: what it uses decides.
        if (!isWrongRevision(error)) throw error;
      }
    }
  }
}

function refusal({ embedder }: Models, theirs: Models, nodes: string[]): SpotterError {
  const [first, more] = [nodes[0], nodes.length - 1];
  const who = more > 0 ? `${first} and ${more} more` : first;
  const what =
    embedder === theirs.embedder
      ? `another model called "${embedder}"`
      : `embedder "${theirs.embedder}", and this node "${embedder}"`;
  return new SpotterError(
    'cluster.other',
    `the other nodes of the cluster (${who}) use ${what}: its embeddings cannot be compared; set embedder and models as there, or stop those nodes first`,
  );
}
