import { Option } from 'commander';
import type { CommandGroup } from './definition.js';
import { galleryOption, jsonOption, recognitionOptions } from './flags.js';

/** `spotter gallery ...`: the people in the gallery and their photos. */
export const GALLERY_COMMANDS: CommandGroup = {
  name: 'gallery',
  description: 'list, check, add, set aside and remove people',
  commands: [
    {
      name: 'list',
      description: 'list people and how many of their photos are used or set aside',
      example: 'spotter gallery list -g gallery',
      options: [jsonOption(), ...recognitionOptions()],
      load: async () => (await import('./galleryList.js')).list,
    },
    {
      name: 'check',
      description:
        'list every unusable photo and invalid person.yaml, and photos that are in doubt, and why; exit code 1 if there are any',
      example: 'spotter gallery check -g gallery --report report.html',
      options: [
        new Option('--report <file>', 'also write a page with every photo and its face'),
        jsonOption(),
        ...recognitionOptions(),
      ],
      load: async () => (await import('./galleryCheck.js')).check,
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
      name: 'set-aside',
      arguments: [['[what...]', 'photos or names of people']],
      description: 'move photos or people out of use, or back; nothing is deleted',
      example: 'spotter gallery set-aside alice/blurred.jpg',
      options: [
        new Option('--back', 'move them back into use'),
        new Option('--list', 'list what is set aside'),
        jsonOption(),
        galleryOption(),
      ],
      load: async () => (await import('./gallerySetAside.js')).setAside,
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
