import { describe, expect, it } from 'vitest';
import { whyCannot } from '../../src/cli/calibrationSources.js';

const somebody = [{} as never];
const sources = {
  galleryFolder: 'people',
  people: 2,
  peopleWithSeveral: 1,
  hasStrangers: false,
  trials: { known: somebody, strangers: somebody },
};

describe('whyCannot', () => {
  it.each([
    ['an empty gallery', { people: 0 }, /no usable photo to compare with; run "spotter gallery check"/],
    [
      'one person without strangers',
      { people: 1, trials: { known: somebody, strangers: [] } },
      /people has one person, so nobody is a stranger to it; .*--strangers/,
    ],
    [
      'strangers of whom none can be used',
      { people: 1, hasStrangers: true, trials: { known: somebody, strangers: [] } },
      /of the strangers, no face is left/,
    ],
    [
      'one photo per person',
      { peopleWithSeveral: 0, trials: { known: [], strangers: somebody } },
      /everybody in gallery people has one photo in use, so no photo can be left out.*add a second photo/,
    ],
  ])('gives the reason for %s', (_, differs, reason) => {
    expect(whyCannot({ ...sources, ...differs })).toMatch(reason);
  });

  it('gives none where something can be measured', () => {
    expect(whyCannot(sources)).toBeNull();
    const onlyFalseNames = { peopleWithSeveral: 0, hasStrangers: true };
    expect(whyCannot({ ...sources, ...onlyFalseNames })).toBeNull();
  });
});
