import type { BrokerConnection } from './broker.js';
import { BrokerRefusal } from './brokerAnswer.js';
import type { TopicAccess } from './topicAccess.js';

/** One message; retained with an empty payload, it removes what the broker retains. */
export interface OutgoingMessage {
  topic: string;
  payload: string | Uint8Array;
  isRetained: boolean;
  /** How long the broker keeps it, where it supports MQTT 5; by default for ever. */
  keepSeconds?: number;
}

/**
 * Publishes one message, and notes whether the broker allows its topic.
 *
 * @returns null, or why the broker has not accepted it
 * @throws Error when the connection ends first
 */
export async function publishOn(
  connection: BrokerConnection,
  access: TopicAccess,
  { topic, payload, isRetained, keepSeconds }: OutgoingMessage,
): Promise<BrokerRefusal | null> {
  try {
    await connection.publish(topic, payload, isRetained, keepSeconds);
    access.accepted(topic, isRetained && connection.terms.retain);
    return null;
  } catch (error) {
    if (!(error instanceof BrokerRefusal)) throw error;
    access.refused(topic, error.code);
    return error;
  }
}
