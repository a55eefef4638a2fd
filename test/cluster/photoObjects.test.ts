import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Joined } from '../../src/cluster/part.js';
import { PhotoObjects } from '../../src/cluster/photoObjects.js';
import { clusterNode } from '../helpers/cluster.js';
import { needNats, startNats } from '../helpers/natsServer.js';
import { slowLink } from '../helpers/slowLink.js';

async function photosOf(name: string, url: string): Promise<{ joined: Joined; photos: PhotoObjects }> {
  const { cluster } = clusterNode(name, [{ url }]);
  await cluster.start();
  const joined = cluster.joined as Joined;
  const { store, names, link, sealer } = joined;
  return { joined, photos: new PhotoObjects(store.photos, names.photos, link, sealer) };
}

describe('PhotoObjects', () => {
  it('leaves room for lease renewals while large photos come and go over a slow link', async (context) => {
    needNats(context);
    const nats = await startNats();
    const far = await photosOf('far', nats.url);
    const { joined, photos } = await photosOf('near', await slowLink(nats, 2_000_000));
    const contents = Array.from({ length: 8 }, () => randomBytes(300_000));
    const hashes = contents.map((content) => photos.hashOf(content));
    const waits: number[] = [];
    let isMeasuring = true;
    const measuring = (async () => {
      while (isMeasuring) waits.push(await joined.link.connection.rtt());
    })();
    await Promise.all(hashes.map((hash, index) => photos.put(hash, async () => contents[index])));
    const sent = waits.splice(0);
    const come = await Promise.all(hashes.map((hash) => photos.get(hash)));
    isMeasuring = false;
    await measuring;
    expect(come.map((content) => content && photos.hashOf(content))).toEqual(hashes);
    expect(await far.photos.get(hashes[0])).toEqual(contents[0]);
    // All at once, they would wait for more than a second.
    expect(Math.max(...sent)).toBeLessThan(700);
    expect(Math.max(...waits)).toBeLessThan(700);
  });
});
