import { describe, expect, it } from 'vitest';
import { OrderedSender } from '../../src/engine/orderedSender.js';

describe('OrderedSender', () => {
  it('keeps the order while a message waits, and otherwise sends at once', async () => {
    const sent: number[] = [];
    const sender = new OrderedSender<number>((message) => sent.push(message));
    sender.post(1);
    expect(sent).toEqual([1]);
    let arrive = (_: number) => {};
    sender.post(
      new Promise<number>((resolve) => {
        arrive = resolve;
      }),
    );
    sender.post(3);
    expect(sent).toEqual([1]);
    arrive(2);
    await sender.flushed();
    expect(sent).toEqual([1, 2, 3]);
    sender.post(4);
    expect(sent).toEqual([1, 2, 3, 4]);
  });
});
