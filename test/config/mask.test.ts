import { describe, expect, it, vi } from 'vitest';
import { maskConfig } from '../../src/config/mask.js';
import { maskText } from '../../src/core/secrets.js';
import { load } from '../helpers/config.js';

const CANARY = 'Zk9canary';

/** What `config show` prints of a configuration. */
function shown(text: string): ReturnType<typeof maskConfig> {
  const { config, secrets } = load(text);
  return maskConfig(config, secrets);
}

const urlOf = (url: string) => shown(JSON.stringify({ cameras: [{ id: 'a', url }] })).cameras[0].url;

describe('maskConfig', () => {
  it.each([
    'http://host/video.cgi?loginuse=admin&loginpas=X',
    'http://host/video.cgi?usr=admin&pw=X&z=1',
    'http://host/a?auth=X',
    'http://host/a?sig=X&hash=X&pin=X&k=X',
    'http://host/a?access_token=X#x',
    'http://host/a?password=X with spaces X',
    'rtsp://host/user=admin_password=X_channel=1_stream=0.sdp',
    'rtsp://host/user=admin&password=X&channel=1&stream=0.sdp?real_stream',
    'rtsps://host:7441/Xpath?enableSrtp',
    'http://host/echo/Xpath/stream',
    'rtsp://user:X@host/a',
  ])('masks the secrets of the camera %s', (pattern) => {
    const url = urlOf(pattern.replaceAll('X', CANARY));
    expect(url).not.toContain(CANARY);
    expect(url).toMatch(/^(https?|rtsps?):\/\/(user:\*{3}@)?host/);
  });

  it.each([
    'rtsp://host:554/Streaming/Channels/101',
    'rtsp://host/h264Preview_01_main',
    'rtsp://host/cam/realmonitor?channel=1&subtype=0',
    'http://host/axis-cgi/mjpg/video.cgi?resolution=1280x720',
    'rtsp://host/defaultPrimary?streamType=u',
    'rtsp://host/user=admin_password=_channel=1_stream=0.sdp',
    'device:/dev/video0',
  ])('shows the camera %s, which has no secret', (url) => {
    expect(urlOf(url)).toBe(url);
  });

  it('masks what stands behind the host of a webhook, whole, and its secret', () => {
    const { webhooks } = shown(`
webhooks:
  - { id: a, url: "https://hooks.example/services/T0/B0/${CANARY}", secret: ${CANARY}-of-16-chars }
  - { id: b, url: "https://ntfy.example/my-door?k=1" }
  - { id: c, url: "https://u:hook%40pass@h/" }
  - { id: d, url: "http://h:8080" }
`);
    expect(webhooks.map(({ url }) => url)).toEqual([
      'https://hooks.example/***',
      'https://ntfy.example/***',
      'https://u:***@h/',
      'http://h:8080/',
    ]);
    expect(webhooks.map(({ secret }) => secret)).toEqual(['***', null, null, null]);
  });

  it('masks the headers of a webhook, but not those that never hold a secret, and tokens in its template', () => {
    const { webhooks } = shown(
      JSON.stringify({
        webhooks: [
          {
            id: 'a',
            url: 'http://h/x',
            format: 'template',
            template: `{"token": "${CANARY}a1b2c3d4", "m": "{{text}}"}`,
            headers: { Authorization: `Bearer ${CANARY}`, 'X-Any': CANARY, Title: 'Front door' },
          },
        ],
      }),
    );
    expect(webhooks[0].headers).toEqual({ Authorization: '***', 'X-Any': '***', Title: 'Front door' });
    expect(webhooks[0].template).toBe('{"token": "***", "m": "{{text}}"}');
  });

  it('hides the token of a Telegram bot wherever it appears', () => {
    const { secrets } = load(
      'webhooks: [{id: a, url: "https://api.telegram.org/bot12345:AbCdEf-gh/sendMessage", format: telegram, chatId: 1}]',
    );
    for (const text of ['bot12345:AbCdEf-gh', '12345:AbCdEf-gh', 'bot12345%3AAbCdEf-gh'])
      expect(maskText(`at ${text}.`, secrets)).toBe('at ***.');
  });

  it('hides the login in the address of links', () => {
    const { secrets } = load(
      `webhooks: [{id: a, url: "http://h/x", linkBase: "http://u:${CANARY}@spotter/"}]`,
    );
    expect(maskText(`the answer was ${CANARY}`, secrets)).toBe('the answer was ***');
  });

  it('masks the values of secret keys in a template, however short, but no placeholder and nothing else', () => {
    const hook = { id: 'a', url: 'http://h/x', format: 'template' };
    const template =
      '{"token": "short1", "api_key":"k3y", "password" : "correct horse", "auth": "{{id}}", "pin": "1\\"2", "author": "front-door"}';
    const { config, secrets } = load(JSON.stringify({ webhooks: [{ ...hook, template }] }));
    expect(maskConfig(config, secrets).webhooks[0].template).toBe(
      '{"token": "***", "api_key":"***", "password" : "***", "auth": "{{id}}", "pin": "***", "author": "front-door"}',
    );
    expect(maskText('no correct horse, short1', secrets)).toBe('no ***, short1');
  });

  it('masks the User-Agent of a camera', () => {
    const { cameras } = shown(
      JSON.stringify({
        cameras: [{ id: 'a', url: 'http://h/x', input: { user_agent: 'Bearer x', probesize: 5000 } }],
      }),
    );
    expect(cameras[0].input).toEqual({ user_agent: '***', probesize: 5000 });
  });

  it('leaves the configuration unchanged, and everything in it that is no secret', () => {
    const { config, secrets } = load(
      'cameras: [{ id: a, url: "rtsp://u:pw@h/x" }]\nmqtt: { url: "mqtt://u:pw@h" }',
    );
    const masked = maskConfig(config, secrets);
    expect(config.cameras[0].url).toBe('rtsp://u:pw@h/x');
    expect(masked).toEqual({
      ...config,
      cameras: [{ ...config.cameras[0], url: 'rtsp://u:***@h/x' }],
      mqtt: { ...config.mqtt, url: 'mqtt://u:***@h' },
    });
  });
});

describe('secretsOf', () => {
  it('lists the secrets of cameras, webhooks and broker in every form in which a far end may repeat them', () => {
    const basic = Buffer.from('u:hook@pass').toString('base64');
    const { secrets } = load(`
cameras:
  - { id: a, url: "rtsp://u:p%40ss@h/live/${CANARY}path?k=${CANARY}k", input: { user_agent: "Bearer ${CANARY}ua" } }
webhooks: [{id: a, url: "https://u:hook%40pass@h/bot/tg?x=1", secret: a-secret-of-16-chars}]
mqtt: {url: "mqtt://u:broker%2Fpass@h"}
`);
    for (const secret of [
      'p@ss',
      'hook@pass',
      'hook%40pass',
      basic,
      '/bot/tg?x=1',
      'broker/pass',
      'broker%2Fpass',
      'a-secret-of-16-chars',
      `${CANARY}path`,
      `${CANARY}k`,
      `${CANARY}ua`,
    ])
      expect(maskText(`400 bad ${secret}, sorry`, secrets)).toBe('400 bad ***, sorry');
  });

  it('lists what came out of a secret variable, however it is written', () => {
    vi.stubEnv('API_TOKEN', 'tök/en');
    const { config, secrets } = load('gallery: a-${API_TOKEN}\n');
    vi.unstubAllEnvs();
    expect(secrets).toEqual(['tök/en']);
    expect(maskConfig(config, secrets).gallery.folder).toMatch(/a-\*\*\*$/);
    expect(maskText(`x/${encodeURIComponent('tök/en')}`, secrets)).toBe('x/***');
  });
});
