/** Works on things, some at a time, in order. @throws what the first failing work throws; no further one begins then */
export async function inParallel<T>(
  things: Iterable<T>,
  most: number,
  work: (thing: T) => Promise<void>,
): Promise<void> {
  const all = things[Symbol.iterator]();
  let hasFailed = false;
  const some = async () => {
    for (let next = all.next(); !next.done && !hasFailed; next = all.next())
      await work(next.value).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
  };
  await Promise.all(Array.from({ length: most }, some));
}
