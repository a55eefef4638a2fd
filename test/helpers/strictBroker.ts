import { type EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What this needs of the codec that the client library brings along. */
interface Codec {
  parser(settings: { protocolVersion: number }): EventEmitter & { parse(data: Buffer): void };
  generate(packet: object, settings: { protocolVersion: number }): Buffer;
}
interface Packet {
  cmd: string;
  messageId: number;
  protocolVersion: number;
  topic: string;
  payload: Buffer;
  qos: number;
  retain: boolean;
  will?: { qos: number; retain: boolean };
  subscriptions: { topic: string }[];
}
const ofClient = createRequire(createRequire(import.meta.url).resolve('mqtt'));
const codec: Codec = ofClient('mqtt-packet');

export interface Published {
  connection: number;
  topic: string;
  payload: string;
  qos: number;
  retain: boolean;
}

/** What a broker allows; by default everything, over MQTT 5. */
export interface BrokerRules {
  /** 4: does not know MQTT 5, and answers as MQTT 3.1.1 has it. */
  version?: 4 | 5;
  /** Whether such a broker accepts a CONNECT of MQTT 5 nevertheless. */
  isLenient?: boolean;
  /** Of CONNACK, in MQTT 5. */
  properties?: { maximumPacketSize?: number; receiveMaximum?: number };
  /** Reason code for a last will, 0: accepted; close: ends the connection. */
  will?: (will: { qos: number; retain: boolean }) => number | 'close';
  /** Reason code for a filter, 0: granted; close: ends the connection. */
  subscribe?: (filter: string) => number | 'close';
  /** Reason code for a message, 0: accepted; close: ends the connection. */
  publish?: (message: Published) => number | 'close';
}

/** A broker with rules as hosted services have them, which mosquitto has not. Retains and forwards nothing by itself. */
export interface StrictBroker {
  url: string;
  rules: BrokerRules;
  /** Accepted messages. */
  published: Published[];
  /** Granted filters. */
  subscribed: string[];
  connections: number;
  /** Versions of CONNECT, in order. */
  versions: number[];
  /** The last wills of CONNECT, in order. */
  wills: { qos: number; retain: boolean }[];
  /** Sends a message to the client. */
  send(topic: string, payload: string, retain?: boolean): void;
}

/** Starts one that ends with the test. */
export async function strictBroker(rules: BrokerRules = {}): Promise<StrictBroker> {
  const sockets = new Set<Socket>();
  let last = (_packet: object) => {};
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const connection = ++broker.connections;
    const settings = { protocolVersion: 4 };
    const parser = codec.parser(settings);
    const send = (packet: object) => {
      if (!socket.destroyed) socket.write(codec.generate(packet, settings));
    };
    last = send;
    const answer = (packet: Packet) => {
      if (socket.destroyed) return;
      const { version = 5, isLenient = false, will, subscribe, publish, properties } = broker.rules;
      if (packet.cmd === 'connect') {
        broker.versions.push(packet.protocolVersion);
        const { qos = 0, retain = false } = packet.will ?? {};
        broker.wills.push({ qos, retain });
        const refusal = packet.will ? (will?.({ qos, retain }) ?? 0) : 0;
        if (refusal === 'close') return socket.destroy();
        if (version === 4 && packet.protocolVersion === 5 && !isLenient)
          return socket.end(Uint8Array.of(0x20, 2, 0, 1));
        settings.protocolVersion = Math.min(version, packet.protocolVersion);
        return send({
          ...{ cmd: 'connack', returnCode: 0, reasonCode: refusal, sessionPresent: false, properties },
        });
      }
      if (packet.cmd === 'pingreq') return send({ cmd: 'pingresp' });
      if (packet.cmd === 'subscribe') {
        const granted = packet.subscriptions.map(({ topic }) => subscribe?.(topic) ?? 0);
        if (granted.includes('close')) return socket.destroy();
        for (const [index, { topic }] of packet.subscriptions.entries())
          if (granted[index] === 0) broker.subscribed.push(topic);
        return send({ cmd: 'suback', messageId: packet.messageId, granted });
      }
      if (packet.cmd !== 'publish') return;
      const { topic, qos, retain, messageId } = packet;
      const message = { connection, topic, payload: packet.payload.toString(), qos, retain };
      const code = publish?.(message) ?? 0;
      if (code === 'close') return socket.destroy();
      if (code === 0) broker.published.push(message);
      if (qos > 0) send({ cmd: 'puback', messageId, reasonCode: code });
    };
    parser.on('packet', answer);
    parser.on('error', () => socket.destroy());
    socket.on('data', (data) => parser.parse(data));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const broker: StrictBroker = {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ rules, published: [], subscribed: [], connections: 0, versions: [], wills: [] },
    send: (topic, payload, retain = false) => last({ cmd: 'publish', topic, payload, qos: 0, retain }),
  };
  return broker;
}
