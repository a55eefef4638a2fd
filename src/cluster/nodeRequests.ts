import { randomUUID } from 'node:crypto';
import { createInbox, type Msg, headers as natsHeaders, type Subscription } from '@nats-io/transport-node';
import { z } from 'zod';
import { monotonicMs } from '../core/clock.js';
import { describeError, fromErrorData, SpotterError, toErrorData } from '../core/errors.js';
import type { ClusterPart, Joined } from './part.js';
import { RecentIds } from './recentIds.js';
import { packReply, type Reply, ReplyReader } from './replyChunks.js';

/** A question that nodes ask each other: its name and the shapes of its two directions. */
export interface Call<I, O> {
  /** Such as `frame`; part of what nodes of several versions agree on. */
  name: string;
  input: z.ZodType<I>;
  output: z.ZodType<O>;
}

/** Answers a {@link Call}; what it throws is thrown at who asks. @param from name of the node that asks */
export type Handler<I, O> = (input: I, from: string) => Promise<Reply<O>>;

/** What {@link NodeRequests} needs. */
export interface NodeRequestsOptions {
  /** Name of this node. */
  node: string;
  /** Random id of this process. */
  session: string;
  /** Version of spotter, for nodes that ask what this one cannot answer. */
  version: string;
}

/** A node that has not answered within this is away, ms. */
const TIMEOUT_MS = 5000;
/** Requests are not answered that are older than this, ms: somebody has recorded them and sends them again. */
const MOST_AGE_MS = 30_000;
/** Requests that are answered at the same time; each camera that somebody watches from afar has one. */
const MOST_OPEN = 512;
const ID_HEADER = 'Spotter-Request';

const request = z.object({
  call: z.string(),
  from: z.string(),
  /** Time of the servers. */
  atMs: z.number(),
  input: z.unknown(),
});

/**
 * Questions from node to node. They are encrypted, bound to the process that they are for, and answered once: who records one and sends it
 * again gets no answer. Answers come in as many messages as the server's largest message makes necessary.
 */
export class NodeRequests implements ClusterPart {
  readonly #options: NodeRequestsOptions;
  readonly #handlers = new Map<string, (input: unknown, from: string) => Promise<Reply<unknown>>>();
  readonly #seen = new RecentIds(2 * MOST_AGE_MS);
  #joined: Joined | null = null;
  #subscription: Subscription | null = null;
  #open = 0;

  constructor(options: NodeRequestsOptions) {
    this.#options = options;
  }

  /** Answers a call of other nodes. */
  answer<I, O>(call: Call<I, O>, handler: Handler<I, O>): void {
    this.#handlers.set(call.name, (input, from) => handler(call.input.parse(input), from));
  }

  async join(joined: Joined): Promise<void> {
    const { link, names } = joined;
    this.#joined = joined;
    this.#subscription = link.connection.subscribe(names.requestsOf(this.#options.node), {
      callback: (error, message) => {
        if (!error) void this.#receive(message, joined);
      },
    });
  }

  async leave(): Promise<void> {
    this.#subscription?.unsubscribe();
    this.#subscription = null;
    this.#joined = null;
  }

  /**
   * Asks another node.
   *
   * @param timeoutMs until the whole answer is there
   * @throws SpotterError cluster.unreachable when it does not answer; what its handler has thrown
   */
  async ask<I, O>(node: string, call: Call<I, O>, input: I, timeoutMs = TIMEOUT_MS): Promise<Reply<O>> {
    const joined = this.#joined;
    const member = joined?.membership.members.find((one) => one.node === node);
    if (!joined || !member) throw unreachable(node);
    const { connection } = joined.link;
    const id = randomUUID();
    const body = { call: call.name, from: this.#options.node, atMs: timeOf(joined), input };
    const sealed = joined.sealer.sealJson(body, placeOf(node, member.session, id));
    const reader = new ReplyReader(joined.sealer, id);
    const reply = await new Promise<Reply<unknown>>((resolve, reject) => {
      const inbox = createInbox();
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        answers.unsubscribe();
        settle();
      };
      const timer = setTimeout(() => finish(() => reject(unreachable(node))), timeoutMs);
      const answers = connection.subscribe(inbox, {
        callback: (error, message) => {
          if (error || message.headers?.code === 503) return finish(() => reject(unreachable(node)));
          const whole = reader.add(message.data);
          if (whole) finish(() => resolve(whole));
        },
      });
      const headers = natsHeaders();
      headers.set(ID_HEADER, id);
      try {
        connection.publish(joined.names.requestsOf(node), sealed, { reply: inbox, headers });
      } catch {
        finish(() => reject(unreachable(node)));
      }
    });
    return read(node, call, reply);
  }

  async #receive(message: Msg, joined: Joined): Promise<void> {
    const { node, session } = this.#options;
    const id = message.headers?.get(ID_HEADER) ?? '';
    if (!message.reply || this.#seen.has(id)) return;
    const opened = request.safeParse(joined.sealer.openJson(message.data, placeOf(node, session, id)));
    if (!opened.success || Math.abs(timeOf(joined) - opened.data.atMs) > MOST_AGE_MS) return;
    this.#seen.add(id);
    const reply = await this.#replyTo(opened.data);
    if (this.#joined !== joined) return;
    const { connection } = joined.link;
    const most = connection.info?.max_payload ?? 1 << 20;
    try {
      for (const chunk of packReply(joined.sealer, id, reply, most)) connection.publish(message.reply, chunk);
    } catch {
      // The connection has ended: who asks hears nothing, and gives up.
    }
  }

  async #replyTo({ call, from, input }: z.output<typeof request>): Promise<Reply<unknown>> {
    const { node, version } = this.#options;
    const handler = this.#handlers.get(call);
    const fault = (error: unknown) => ({ value: { fault: toErrorData(error) }, bytes: null });
    if (!handler)
      return fault(
        new SpotterError(
          'cluster.unfit',
          `node ${node} runs spotter ${version} and does not know the request "${call}"; upgrade it`,
        ),
      );
    if (this.#open >= MOST_OPEN)
      return fault(new SpotterError('cluster.unreachable', `node ${node} is busy; try again`));
    this.#open++;
    try {
      const { value, bytes } = await handler(input, from);
      return { value: { value }, bytes };
    } catch (error) {
      return fault(error);
    } finally {
      this.#open--;
    }
  }
}

const answer = z.union([
  z.object({ fault: z.object({ code: z.string(), message: z.string() }) }),
  z.object({ value: z.unknown() }),
]);

/** @throws SpotterError what the handler has thrown; cluster.unfit when its answer has another shape */
function read<I, O>(node: string, call: Call<I, O>, { value, bytes }: Reply<unknown>): Reply<O> {
  const parsed = answer.parse(value);
  if ('fault' in parsed) throw fromErrorData(parsed.fault as Parameters<typeof fromErrorData>[0]);
  const output = call.output.safeParse(parsed.value);
  if (output.success) return { value: output.data, bytes };
  throw new SpotterError(
    'cluster.unfit',
    `node ${node} answers "${call.name}" in a way that this version of spotter cannot read (${describeError(output.error.issues[0]?.message ?? '')}); upgrade the older of the two`,
  );
}

function unreachable(node: string): SpotterError {
  return new SpotterError('cluster.unreachable', `node ${node} does not answer; try again later`);
}

/** Where a request may be opened: in one process, and nowhere else. */
function placeOf(node: string, session: string, id: string): string {
  return `request ${node} ${session} ${id}`;
}

function timeOf({ clock }: Joined): number {
  const nowMs = monotonicMs();
  return clock.at(nowMs) ?? Date.now();
}
