import { describe, expect, it } from 'vitest';
import { refusal } from '../helpers/config.js';

describe('loadConfig', () => {
  it.each([
    [
      'an unknown key deep inside',
      'http:\n  prt: 1\n',
      'config.yaml:2:3: http.prt: unknown key; did you mean "port"?',
    ],
    ['an unknown key like none', 'zzzzzzzzz: 1\n', 'unknown key; valid here: cameras, gallery'],
    [
      'a number for a text',
      'detector: 5\n',
      'config.yaml:1:11: detector: must be a string, not 5; put it in quotes',
    ],
    ['a text for a list', 'cameras: none\n', 'cameras: must be a list, not the text "none"'],
    ['a missing key', 'cameras:\n  - id: a\n', 'config.yaml:2:5: cameras[0].url: required, a string'],
    [
      'a bad id',
      'cameras: [{id: Front Door, url: x}]',
      'cameras[0].id: must be 1 to 40 of a-z, 0-9 and hyphen',
    ],
    [
      'twins',
      'cameras: [{id: a, url: x}, {id: a, url: y}]',
      'cameras[1].id: "a" is already the id of cameras[0]',
    ],
    [
      'twins among webhooks',
      'webhooks:\n  - {id: a, url: "http://h/"}\n  - {id: a, url: "http://i/"}\n',
      'config.yaml:3:10: webhooks[1].id: "a" is already the id of webhooks[0]; give each webhook its own',
    ],
    [
      'twins among models',
      'models: {declared: [{id: a, file: x}, {id: a, file: y}]}',
      'models.declared[1].id: "a" is already the id of models.declared[0]; give each model its own id',
    ],
    [
      'a webhook for a camera with a typing error',
      'cameras: [{id: front-door, url: c.mp4}]\nwebhooks: [{id: w, url: "http://h", cameras: [frontdoor]}]',
      '"frontdoor" is not the id of a camera; did you mean "front-door"?',
    ],
    [
      'a webhook for a camera that there is not',
      'cameras: [{id: a, url: x}]\nwebhooks:\n  - {id: h, url: "http://h/", cameras: [a, b]}\n',
      'config.yaml:3:44: webhooks[0].cameras[1]: "b" is not the id of a camera; use an id from "cameras", or remove it',
    ],
    ['a webhook by mail', 'webhooks: [{id: a, url: "mailto:a@b"}]', 'must be an http:// or https:// address'],
    ['a broker without //', 'mqtt: {url: "mqtt:h"}', 'mqtt.url: must be an mqtt:// or mqtts:// address'],
    ['a broker by HTTP', 'mqtt: {url: "http://h/"}', 'mqtt.url: must be an mqtt:// or mqtts:// address'],
    ['a topic with a wildcard', 'mqtt: {topic: "a/#"}', 'mqtt.topic: must be a topic without # and +'],
    ['a prefix with a wildcard', 'mqtt: {discoveryPrefix: "+"}', 'mqtt.discoveryPrefix: must be a topic'],
    [
      'a short secret',
      'webhooks: [{id: a, url: "http://h/", secret: short}]',
      'webhooks[0].secret: must have at least 16 characters',
    ],
    [
      'a template with an unknown placeholder',
      'webhooks: [{id: a, url: "http://h/", format: template, template: "{\\"x\\": {{persn}}}"}]',
      'config.yaml:1:66: webhooks[0].template: {{persn}} is not a placeholder; known are {{text}}, {{kind}}, {{camera}}, {{person}}',
    ],
    [
      'a template that is not JSON',
      'webhooks: [{id: a, url: "http://h/", format: template, template: "{{text}}!"}]',
      'webhooks[0].template: is not JSON:',
    ],
    [
      'a template without its format',
      'webhooks: [{id: a, url: "http://h/", template: x}]',
      'webhooks[0].template: applies to format template only',
    ],
    [
      'no template',
      'webhooks: [{id: a, url: "http://h/", format: template}]',
      'template needs a body; set template',
    ],
    [
      'Telegram without a chat',
      'webhooks: [{id: a, url: "http://h/", format: telegram}]',
      'webhooks[0].chatId: format telegram needs the id of the chat; set chatId',
    ],
    [
      'a header of two lines',
      'webhooks: [{id: a, url: "http://h/", headers: {X-A: "a\\nb"}}]',
      'webhooks[0].headers.X-A: must be ASCII characters on one line',
    ],
    [
      'a header of ours',
      'webhooks: [{id: a, url: "http://h/", headers: {Host: b}}]',
      'config.yaml:1:48: webhooks[0].headers.Host: is set by spotter itself',
    ],
    [
      'a list of headers',
      'webhooks: [{id: a, url: "http://h/", headers: [a]}]',
      'webhooks[0].headers: must be a mapping, not a list',
    ],
    [
      'an empty text where one is due',
      'webhooks: [{id: a, url: "http://h/", format: telegram, chatId: ""}]',
      'config.yaml:1:64: webhooks[0].chatId: must have at least 1 character',
    ],
    [
      'a template whose placeholder is part of an escape',
      `webhooks: [{id: a, url: "http://h/", format: template, template: '{"x": "\\{{person}}n"}'}]`,
      'webhooks[0].template: is not JSON:',
    ],
    [
      'an empty template',
      'webhooks: [{id: a, url: "http://h/", format: template, template: ""}]',
      'webhooks[0].template: format template needs a body; set template',
    ],
    [
      'an address for links whose path would not be its end',
      'webhooks: [{id: a, url: "http://h/", linkBase: "https://h/#/x"}]',
      'webhooks[0].linkBase: must have no query and no fragment',
    ],
    [
      'a number beyond every limit once',
      'track: {reconnectMs: 1e99}',
      'config.yaml:1:22: track.reconnectMs: must be at most 60000',
    ],
    [
      'a header twice',
      'webhooks: [{id: a, url: "http://h/", headers: {X-A: b, x-a: c}}]',
      'webhooks[0].headers: names a header twice',
    ],
    [
      'no such family of topics',
      'mqtt: {topics: {match: false}}',
      'mqtt.topics.match: unknown key; did you mean "matches"?',
    ],
    [
      'no such provider',
      'compute: {provider: cudda}',
      'compute.provider: unknown provider; did you mean "cuda"?',
    ],
    [
      'a provider like none',
      'compute: {provider: xyz}',
      'unknown provider; valid here: auto, cpu, cuda, tensorrt',
    ],
    ['a negative device', 'compute: {provider: cuda, device: -1}', 'compute.device: must be at least 0'],
    [
      'a device where there are no numbers',
      'compute: {device: 1}',
      'compute.device: has no effect with provider cpu, which has no numbered devices',
    ],
    ['no such choice', 'log: {level: loud}', 'log.level: must be one of fatal, error'],
    ['a fraction', 'http: {port: 80.5}', 'http.port: must be a whole number, not 80.5'],
    ['off the grid', 'detection: {longestSide: 600}', 'detection.longestSide: must be a multiple of 32'],
    [
      'nothing where a value is due',
      'gallery:\n',
      'gallery: must be a string, not empty; give one, or remove the key to use its default',
    ],
    [
      'nothing where a value is required',
      'cameras: [{id: a, url: }]',
      'config.yaml:1:24: cameras[0].url: must be a string, not empty; give one',
    ],
    [
      'nothing in a list',
      'cameras:\n  -\n',
      'cameras[0]: must be a mapping, not empty; give one, or remove it',
    ],
    [
      'a first wait that is longer than the longest',
      'watchdog: {firstBackoffMs: 50000}',
      'watchdog.firstBackoffMs: is 50000, longer than maxBackoffMs, which is 30000; lower it, or raise maxBackoffMs',
    ],
    ['an unset variable', 'gallery: ${SPOTTER_UNSET}', 'environment variable SPOTTER_UNSET is not set'],
    ['a list as the whole', '- a\n', 'must be a mapping, not a list'],
    ['a key twice', 'gallery: a\ngallery: b\n', 'config.yaml:2:1: Map keys must be unique'],
    ['a tab for spaces', 'http:\n\tport: 1\n', 'config.yaml:2:1:'],
    [
      'a demuxer that could read files',
      'cameras: [{id: a, url: "http://h/x", input: {format: concat}}]',
      'cameras[0].input.format: must be one of mjpeg, mpjpeg',
    ],
    [
      'a demuxer for RTSP',
      'cameras: [{id: a, url: "rtsp://h/x", input: {format: mjpeg}}]',
      'cameras[0].input.format: is for http:// and https:// only; remove it',
    ],
    [
      'a demuxer with hardware decoding',
      'cameras: [{id: a, url: "http://h/x", hardware: auto, input: {format: hevc}}]',
      'cameras[0].input.format: is decoded on the CPU; set hardware to none, or remove it',
    ],
    ['a login without a scheme', 'cameras: [{id: a, url: "//user:pw@host/x"}]', 'has a login but no scheme'],
    ...['rtsp//', 'RTSP;//', 'rtsp/', 'https//'].map((scheme): [string, string, string] => [
      `a login behind ${scheme}`,
      `cameras: [{id: a, url: "${scheme}user:pw@host/x"}]`,
      'has a login but no scheme',
    ]),
    ['an address of spaces', 'cameras: [{id: a, url: "  "}]', 'cameras[0].url: is empty'],
    ['an alias of nothing', 'workers: *none\n', 'config.yaml:1:10: Unresolved alias'],
    ['a stream without a host', 'cameras: [{id: a, url: "rtsp://"}]', 'has no host; write rtsp://host/path'],
    [
      'a scheme that there is not',
      'cameras: [{id: a, url: "gopher://h/x"}]',
      'gopher: is not a kind of live source',
    ],
    [
      'a file of another machine',
      'cameras: [{id: a, url: "file://host/x.mp4"}]',
      'not a file: URL of this machine',
    ],
    ['too many frames', 'cameras: [{id: a, url: "test:", fps: 1000}]', 'cameras[0].fps: must be at most 60'],
    ['no frames', 'cameras: [{id: a, url: "test:", fps: 0}]', 'cameras[0].fps: must be at least 0.1'],
    [
      'a shape that is none',
      'cameras: [{id: a, url: "test:", aspect: "16x9"}]',
      'cameras[0].aspect: must be two numbers from 1 to 9999, such as "16:9"',
    ],
    ['an absurd shape', 'cameras: [{id: a, url: "test:", aspect: "1:9"}]', 'must be from 1:8 to 8:1'],
    [
      'a turn that is none',
      'cameras: [{id: a, url: "test:", rotate: 45}]',
      'cameras[0].rotate: must be one of 0, 90, 180, 270',
    ],
    [
      'a zone without an area',
      'cameras: [{id: a, url: "test:", zones: [{name: z, points: [[0, 0], [1, 1]]}]}]',
      'cameras[0].zones[0].points: needs at least 3 points',
    ],
    [
      'coordinates in px',
      'cameras: [{id: a, url: "test:", masks: [[[0, 0], [640, 0], [640, 360]]]}]',
      'cameras[0].masks[0][1][0]: must be from 0 to 1',
    ],
    [
      'zones of one name',
      'cameras: [{id: a, url: "test:", zones: [{name: z, points: [[0,0],[1,0],[1,1]]}, {name: z, points: [[0,0],[1,0],[1,1]]}]}]',
      'cameras[0].zones[1].name: "z" is already the name of another zone',
    ],
    [
      'an option of ffmpeg that could do harm',
      'cameras: [{id: a, url: "test:", input: {protocol_whitelist: file}}]',
      'cameras[0].input.protocol_whitelist: unknown key',
    ],
    ['a secret file that is not there', 'gallery: ${file:none.txt}', 'none.txt does not exist; create it'],
    ['a secret file that never ends', 'gallery: ${file:/dev/zero}', '/dev/zero is not a regular file'],
    ['a secret folder', 'gallery: ${file:.}', 'is not a regular file'],
    ['a secret file without a name', 'gallery: ${file:}', 'is not a regular file'],
    [
      'a line break in a header',
      'cameras: [{id: a, url: "test:", input: {user_agent: "a\\r\\nb"}}]',
      'without line breaks',
    ],
    [
      'a flag of RTSP that there is not',
      'cameras: [{id: a, url: "test:", input: {rtsp_flags: listen}}]',
      'must be one of prefer_tcp',
    ],
    [
      'three coordinates',
      'cameras: [{id: a, url: "test:", masks: [[[0, 0, 0], [1, 0], [1, 1]]]}]',
      'must have at most 2 items',
    ],
    ['digits for a text', 'gallery: 0123', 'must be a string, not 123; put it in quotes'],
    [
      'more aliases than anybody writes',
      `a: &a [${'x,'.repeat(9)}]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]\n`,
      'Excessive alias count',
    ],
    ['an open bracket', 'cameras: [', 'config.yaml:1:'],
    ['an unknown tag', 'gallery: !!js/function x', 'config.yaml:1:10: Unresolved tag'],
    ['bytes that are no text', Uint8Array.from([0x67, 0xff, 0xfe]), 'is not UTF-8 text'],
    ['more than a configuration can be', `# ${'x'.repeat(1 << 20)}`, 'is larger than 1 MiB'],
    [
      'a detector without its numbers',
      'models: {declared: [{id: x, kind: scrfd, file: a}]}',
      'models.declared[0].mean: required',
    ],
    [
      'a model whose weak faces score more than others',
      'models: {declared: [{id: x, kind: scrfd, file: a, mean: [0, 0, 0], std: [1, 1, 1], weakScore: 0.6}]}',
      'models.declared[0].weakScore: is 0.6, above score, which is 0.5; lower it, or raise score',
    ],
    [
      'a kind of model that there is not',
      'models: {declared: [{id: x, kind: foo, file: a}]}',
      "must be one of 'scrfd' | 'yunet' | 'arcface'",
    ],
  ])('refuses %s', (_name, text, sentence) => {
    expect(refusal(text)).toContain(sentence);
  });

  it('says of a text in the place of a list only that, however long it is', () => {
    expect(refusal('cluster: { servers: nats://nats-1:4222, key: a key of thirty-two characters.. }\n')).toBe(
      'config.yaml:1:21: cluster.servers: must be a list, not an address',
    );
  });
});
