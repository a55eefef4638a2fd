import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema.js';
import { forgetPerson } from '../../src/supervisor/forgetPerson.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('forgetPerson', () => {
  it('does not wait for the broker before it erases the rest', async () => {
    const folder = temporaryFolder();
    const config = schema.parse({ gallery: folder, data: folder });
    let noteErased = () => {};
    const erased = new Promise<void>((resolve) => {
      noteErased = resolve;
    });
    const report = await forgetPerson('alice', config, {
      withhold: () => {},
      takeBackTopics: async () => {
        await erased;
        return 2;
      },
      letGo: async () => 1,
      eraseEvents: async () => {
        noteErased();
        return { events: 3, mentions: 0, deadLetters: 0, seqs: [], isPartOfOtherText: false };
      },
      removePictures: async () => ({ removed: 0, failed: 0 }),
    });
    expect(report).toMatchObject({ topics: 2, embeddings: 1, events: 3, remains: [] });
  });
});
