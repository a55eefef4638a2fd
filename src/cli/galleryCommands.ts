import { Option } from 'commander';
import type { CommandGroup } from './definition.js';
import { jsonOption, recognitionOptions } from './flags.js';

/** `spotter gallery ...`: the people in the gallery and their photos. */
export const GALLERY_COMMANDS: CommandGroup = {
  name: 'gallery',
  description: 'the known people and their photos',
  commands: [
    {
      name: 'list',
      description: 'people, and how many of their photos are used',
      example: 'spotter gallery list -g gallery',
      options: [jsonOption(), ...recognitionOptions()],
      load: async () => (await import('./galleryList.js')).list,
    },
    {
      name: 'check',
      description: 'every photo that is not used, and why; exit code 1 when there is one',
      example: 'spotter gallery check -g gallery',
      options: [jsonOption(), ...recognitionOptions()],
      load: async () => (await import('./galleryList.js')).check,
    },
    {
      name: 'add',
      arguments: [
        ['<name>', 'the person'],
        ['<image...>', 'photos to copy'],
      ],
      description: 'copies photos to a person; refuses what cannot be used; exit code 2 when it did',
      example: 'spotter gallery add alice passport.jpg holiday.png',
      options: [jsonOption(), ...recognitionOptions()],
      load: async () => (await import('./galleryEdit.js')).add,
    },
    {
      name: 'remove',
      arguments: [['<name>', 'the person']],
      description: "removes a person's folder with all that is in it, without asking",
      example: 'spotter gallery remove alice',
      options: [jsonOption(), new Option('-g, --gallery <folder>', 'the people to know')],
      load: async () => (await import('./galleryEdit.js')).remove,
    },
  ],
};
