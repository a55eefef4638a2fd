import { expect, it } from 'vitest';
import { OwnMessages } from '../../src/cluster/ownMessages.js';
import { spotterEvent } from '../helpers/events.js';

const message = (seq: number) => ({ node: 'a', event: spotterEvent({ seq }), fence: null });
const bytes = (...values: number[]) => Uint8Array.from(values);

it('gives each message back once, by its bytes, and none that was sent before it', () => {
  const sent = new OwnMessages();
  sent.add(message(1), bytes(1, 1));
  sent.add(message(2), bytes(2, 2));
  sent.add(message(3), bytes(3, 3));
  expect(sent.take(bytes(2, 1))).toBeNull();
  expect(sent.take(bytes(2, 2))).toEqual(message(2));
  expect(sent.take(bytes(2, 2))).toBeNull();
  expect(sent.take(bytes(1, 1))).toBeNull();
  expect(sent.take(bytes(3, 3))).toEqual(message(3));
});

it('keeps the latest only, as some may never come back', () => {
  const sent = new OwnMessages();
  for (let seq = 0; seq < 100; seq++) sent.add(message(seq), bytes(seq));
  expect(sent.take(bytes(0))).toBeNull();
  expect(sent.take(bytes(99))).toEqual(message(99));
});
