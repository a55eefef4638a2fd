import { isolated } from './state/isolated.js';

/** More words about people, and about photos that are added. */
export const peopleTexts = {
  emptyFile: 'the file is empty; save the photo again',
  notPicture: 'this is not a picture; choose JPEG, PNG, WebP, AVIF or TIFF',
  tooLarge:
    'the photo is too large: spotter takes up to 16 MB, and a proxy in front of it perhaps less; save it smaller',
  search: 'Search a name',
  nobody: (typed: string) => `Nobody in the gallery is called ${isolated(typed)}.`,
  dismiss: 'Close these results',
};
