import { Option } from 'commander';
import type { CommandGroup } from './definition.js';
import { jsonOption } from './flags.js';

const pictureOption = () =>
  new Option('--picture <file>', 'where to save the picture; default: trial-<id>.jpg in the data folder');
const transportOption = () =>
  new Option('--transport <name>', 'RTSP only: try this one alone; default: TCP, then UDP').choices([
    'tcp',
    'udp',
  ]);

/** `spotter camera ...`: tries cameras, and adds them to the configuration. */
export const CAMERA_COMMANDS: CommandGroup = {
  name: 'camera',
  description: 'try cameras, and add them to the configuration',
  commands: [
    {
      name: 'add',
      arguments: [
        [
          '<url>',
          'rtsp://..., another address of a camera, or the path of a recording; - reads it from stdin',
        ],
      ],
      description:
        'try a camera, show what it sends, and add it to the configuration; comments there are kept',
      example: "spotter camera add 'rtsp://user:${DOOR_PASSWORD}@192.168.1.20/stream1' --id front-door",
      options: [
        new Option('--id <id>', 'name in events, 1 to 40 of a-z, 0-9 and hyphen; default: from the address'),
        new Option('--sub', 'add the sub-stream if the camera has one: less to decode, smaller faces'),
        transportOption(),
        new Option('--untested', 'add it without trying it, as for a camera that is not there yet'),
        pictureOption(),
        jsonOption(),
      ],
      load: async () => (await import('./cameraAdd.js')).addToConfig,
    },
    {
      name: 'test',
      arguments: [['<camera>', 'id of a configured camera, or an address; - reads it from stdin']],
      description: 'try a camera and show what it sends; nothing is changed',
      example: 'spotter camera test front-door',
      options: [transportOption(), pictureOption(), jsonOption()],
      load: async () => (await import('./cameraTest.js')).test,
    },
    {
      name: 'list',
      description: 'list the configured cameras, with their states while the daemon runs',
      example: 'spotter camera list',
      options: [jsonOption()],
      load: async () => (await import('./cameraList.js')).list,
    },
  ],
};
