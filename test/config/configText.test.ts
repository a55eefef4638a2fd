import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { shareableConfig } from '../../src/config/configText.js';
import { loadConfig } from '../../src/config/load.js';
import { temporaryFolder } from '../helpers/temporary.js';

function share(text: string, environment: Record<string, string> = {}) {
  const file = path.join(temporaryFolder(), 'config.yaml');
  writeFileSync(file, text);
  Object.assign(process.env, environment);
  onTestFinished(() => {
    for (const name of Object.keys(environment)) delete process.env[name];
  });
  return shareableConfig(text, loadConfig(file), { gallery: 'gallery', data: 'data' });
}

describe('shareableConfig', () => {
  it('takes the secrets out of values and comments, and leaves the rest of the text alone', () => {
    const { text, leftOut } = share(
      [
        '# before: rtsp://admin:oldsecret@10.0.0.9/x',
        'cameras:',
        '  - id: door # the door, password doorsecret',
        '    url: rtsp://admin:doorsecret@cam/1',
        '  - { id: clip, url: password=clips.mp4 }',
        'gallery: { folder: /srv/faces, wait: true }',
        'data: state # here',
        'mqtt:',
        "  url: 'mqtt://spot:brokersecret@broker'",
        'webhooks:',
        '  - id: hook',
        '    url: https://hooks.example/services/T0001/B0002',
        '    secret: "0123456789abcdef-literal"',
        '',
      ].join('\r\n'),
    );
    expect(text.split('\r\n')).toEqual([
      '# before: rtsp://admin:***@10.0.0.9/x',
      'cameras:',
      '  - id: door # the door, password ***',
      '    url: "rtsp://admin:***@cam/1"',
      '  - { id: clip, url: password=clips.mp4 }',
      'gallery: { folder: "gallery", wait: true }',
      'data: "data" # here',
      'mqtt:',
      '  url: "mqtt://spot:***@broker"',
      'webhooks:',
      '  - id: hook',
      '    url: "https://hooks.example/***"',
      '    secret: "***"',
      '',
    ]);
    expect([...leftOut].sort()).toEqual([
      'cameras[0].url',
      'mqtt.url',
      'webhooks[0].secret',
      'webhooks[0].url',
    ]);
  });

  it('keeps references, and masks what is written beside them', () => {
    const environment = { TEST_DOOR_PASSWORD: 'fromoutside', TEST_TOKEN: 'q1w2e3r4t5z6u7i8o9p0' };
    const { text, leftOut } = share(
      [
        'cameras:',
        '  - { id: a, url: "rtsp://u:${TEST_DOOR_PASSWORD}@cam/1" }',
        '  - { id: b, url: "rtsp://u:bsecret@${TEST_DOOR_PASSWORD}.example/1" }',
        'mqtt: { url: "mqtt://${TEST_TOKEN}:${TEST_TOKEN}@broker" }',
        '# fromoutside',
        '',
      ].join('\n'),
      environment,
    );
    expect(text.split('\n')).toEqual([
      'cameras:',
      '  - { id: a, url: "rtsp://u:${TEST_DOOR_PASSWORD}@cam/1" }',
      '  - { id: b, url: "rtsp://u:***@${TEST_DOOR_PASSWORD}.example/1" }',
      'mqtt: { url: "mqtt://${TEST_TOKEN}:${TEST_TOKEN}@broker" }',
      '# ***',
      '',
    ]);
    expect(leftOut).toEqual(['cameras[1].url']);
  });

  it('masks the rest of a secret that a reference is only a part of', () => {
    const { text, leftOut } = share(
      [
        'cameras: [{ id: a, url: "rtsp://u:half${TEST_HALF}@cam/1" }]',
        'webhooks:',
        '  - { id: a, url: "https://host/${TEST_HALF}/literal-secret" }',
        '  - { id: b, url: "https://host/x1/${TEST_HALF}?k=y" }',
        '  - { id: c, url: "https://host/bot${TEST_HALF}/sendMessage" }',
        '  - { id: d, url: "https://host/${TEST_HALF}", headers: { Authorization: "Bearer ${TEST_HALF}" } }',
        '  - { id: e, url: "https://host/${TEST_HALF}", headers: { Authorization: "Bearer lit${TEST_HALF}" } }',
        '',
      ].join('\n'),
      { TEST_HALF: '77:fromoutside' },
    );
    expect(text.split('\n')).toEqual([
      'cameras: [{ id: a, url: "rtsp://u:***${TEST_HALF}@cam/1" }]',
      'webhooks:',
      '  - { id: a, url: "https://host/${TEST_HALF}/***" }',
      '  - { id: b, url: "https://host/***/${TEST_HALF}?***=***" }',
      '  - { id: c, url: "https://host/bot${TEST_HALF}/sendMessage" }',
      '  - { id: d, url: "https://host/${TEST_HALF}", headers: { Authorization: "Bearer ${TEST_HALF}" } }',
      '  - { id: e, url: "https://host/${TEST_HALF}", headers: { Authorization: "Bearer ***${TEST_HALF}" } }',
      '',
    ]);
    expect(leftOut).toHaveLength(4);
  });
});
