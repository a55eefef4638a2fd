import { Option } from 'commander';
import type { CommandGroup } from './definition.js';
import { galleryOption, jsonOption, recognitionOptions } from './flags.js';

/** `spotter gallery ...`: the people in the gallery and their photos. */
export const GALLERY_COMMANDS: CommandGroup = {
  name: 'gallery',
  description: 'list, check, add and remove people',
  commands: [
    {
      name: 'list',
      description: 'list people and how many of their photos are used',
      example: 'spotter gallery list -g gallery',
      options: [jsonOption(), ...recognitionOptions()],
      load: async () => (await import('./galleryList.js')).list,
    },
    {
      name: 'check',
      description: 'list every unusable photo and invalid person.yaml, and why; exit code 1 if there are any',
      example: 'spotter gallery check -g gallery',
      options: [jsonOption(), ...recognitionOptions()],
      load: async () => (await import('./galleryList.js')).check,
    },
    {
      name: 'add',
      arguments: [
        ['<name>', 'name of the person'],
        ['<image...>', 'photos to copy'],
      ],
      description: 'copy photos into the folder of a person; exit code 2 if any is refused as unusable',
      example: 'spotter gallery add alice passport.jpg holiday.png',
      options: [jsonOption(), ...recognitionOptions()],
      load: async () => (await import('./galleryEdit.js')).add,
    },
    {
      name: 'remove',
      arguments: [['<name>', 'name of the person']],
      description: 'delete the folder of a person with everything in it, without asking',
      example: 'spotter gallery remove alice',
      options: [
        new Option(
          '--forget',
          'also erase everything else that is stored of the person; same as "spotter forget"',
        ),
        jsonOption(),
        galleryOption(),
      ],
      load: async () => (await import('./galleryEdit.js')).remove,
    },
  ],
};
