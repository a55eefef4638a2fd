import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { onTestFinished, type TestContext } from 'vitest';
import { freePort } from './freePorts.js';
import { isInstalled, type ServerProgram, serverEnvironment, serverProgram } from './serverProgram.js';
import { until } from './sinks.js';
import { temporaryFolder } from './temporary.js';

let isThere: boolean | undefined;

/** Skips the test with the reason when there is no broker. */
export function needMosquitto(context: TestContext): void {
  isThere ??= isInstalled('mosquitto', '-h');
  if (!isThere) context.skip('needs mosquitto: node .ci/setup.mjs --tests installs it on Debian');
}

export interface Broker extends ServerProgram {
  port: number;
  /** Without a login. */
  url: string;
  /** Of its TLS; empty without. */
  certificate: string;
}

/**
 * A real broker on 127.0.0.1. Ends with the test.
 *
 * @param login user and password to require; none: anonymous access
 * @param tls files of its key and certificate; plain MQTT without
 * @param more lines of its configuration
 */
export async function startMosquitto(
  login?: { user: string; password: string },
  tls?: { key: string; certificate: string },
  more: string[] = [],
): Promise<Broker> {
  const folder = temporaryFolder();
  const port = await freePort();
  const lines = [`listener ${port} 127.0.0.1`, 'persistence false', 'log_dest stderr', 'user root'];
  if (login) {
    const file = path.join(folder, 'passwords');
    spawnSync('mosquitto_passwd', ['-b', '-c', file, login.user, login.password], {
      env: serverEnvironment,
    });
    lines.push('allow_anonymous false', `password_file ${file}`);
  } else lines.push('allow_anonymous true');
  if (tls) lines.push(`keyfile ${tls.key}`, `certfile ${tls.certificate}`);
  lines.push(...more);
  const config = path.join(folder, 'mosquitto.conf');
  writeFileSync(config, `${lines.join('\n')}\n`);
  const program = serverProgram('mosquitto', ['-c', config], /mosquitto version .* running/);
  await program.start();
  const certificate = tls?.certificate ?? '';
  return { port, url: `mqtt://127.0.0.1:${port}`, certificate, ...program };
}

export interface Heard {
  topic: string;
  payload: string;
  retain: boolean;
}

/** A client that receives everything that a broker publishes from now on. Ends with the test. */
export class Subscriber {
  readonly heard: Heard[] = [];
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
  }

  static async of(broker: Broker, options: IClientOptions = {}): Promise<Subscriber> {
    const client = await connectAsync(broker.url, { reconnectPeriod: 20, ...options });
    const subscriber = new Subscriber(client);
    client.on('error', () => {});
    client.on('message', (topic, payload, { retain }) =>
      subscriber.heard.push({ topic, payload: payload.toString(), retain }),
    );
    onTestFinished(() => client.endAsync(true));
    await client.subscribeAsync('#', { qos: 1 });
    return subscriber;
  }

  /** Payloads of a topic, in order. */
  of(topic: string): string[] {
    return this.heard.filter((message) => message.topic === topic).map(({ payload }) => payload);
  }

  /** Numbers of the events on a topic. */
  seqs(topic: string): number[] {
    return this.of(topic).map((payload) => JSON.parse(payload).seq);
  }

  /** Waits until the last message of a topic is this one. */
  async last(topic: string, payload: string): Promise<void> {
    await until(() => this.of(topic).at(-1) === payload, `${topic} = ${payload}`);
  }

  publish(topic: string, payload: string): Promise<unknown> {
    return this.#client.publishAsync(topic, payload, { retain: true, qos: 1 });
  }
}

/** The retained messages of a broker by topic, as a new subscriber receives them. */
export async function keptBy(broker: Broker): Promise<Map<string, string>> {
  const client = await connectAsync(broker.url);
  const kept = new Map<string, string>();
  const marker = `marker/${Math.random()}`;
  const marked = new Promise<void>((resolve) => {
    client.on('message', (topic, payload, { retain }) => {
      if (topic === marker) resolve();
      else if (retain) kept.set(topic, payload.toString());
    });
  });
  await client.subscribeAsync('#', { qos: 1 });
  await client.publishAsync(marker, 'x', { qos: 1 });
  await marked;
  await client.endAsync();
  return kept;
}
