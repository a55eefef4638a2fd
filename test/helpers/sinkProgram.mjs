// A program with nothing but the sinks of a configuration, for tests that end it the hard way. Its argument is the
// configuration as JSON; it publishes one match and prints "delivered" once the broker has it.
import { schema } from '../../build/src/config/schema.js';
import { InView } from '../../build/src/events/inView.js';
import { SinkSet } from '../../build/src/supervisor/sinkSet.js';

const config = schema.parse(JSON.parse(process.argv[2]));
let event = null;
const set = new SinkSet({
  config,
  source: {
    get lastSeq() {
      return event ? 1 : 0;
    },
    after: (seq) => (event && seq < 1 ? [event] : []),
    onCommitted: () => () => {},
  },
  cursors: { load: () => 0, save: () => {} },
  deadLetters: { add: () => {} },
  inView: new InView(),
  version: '1.2.3',
  observer: { onEvent: () => process.stdout.write('delivered\n'), onRetry: () => {} },
  log: { info: () => {}, warn: (_fields, text) => process.stdout.write(`${text}\n`) },
  secrets: () => [],
});
set.cameraState('door', 'live');
set.setPeople(['alice'], {});
event = { seq: 1, id: 'x', kind: 'match', camera: 'door', track: 'door-1', person: 'alice', notify: false };
event.capturedAt = event.publishedAt = new Date().toISOString();
await set.start();
