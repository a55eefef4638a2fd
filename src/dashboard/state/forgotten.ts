import { batch, signal } from '@preact/signals';

/** How many people were forgotten while the page is open: what a view has loaded before may name one of them. */
export const forgets = signal(0);

const listeners: ((person: string) => void)[] = [];

/** Calls with everybody who is forgotten: nothing of them stays. */
export function whenForgotten(listener: (person: string) => void): void {
  listeners.push(listener);
}

/** Drops what the page has of a person. */
export function dropPerson(person: string): void {
  batch(() => {
    for (const listener of listeners) listener(person);
    forgets.value++;
  });
}

/** What the daemon answers; asked again where somebody was forgotten meanwhile, who may be in the answer. */
export async function askedNow<T>(ask: () => Promise<T>): Promise<T> {
  const before = forgets.peek();
  const answer = await ask();
  return forgets.peek() === before ? answer : askedNow(ask);
}
