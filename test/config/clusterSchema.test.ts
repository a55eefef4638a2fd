import { describe, expect, it } from 'vitest';
import { refusal } from '../helpers/config.js';

const refused = (server: string) =>
  refusal(
    `cameras: []\ncluster:\n  servers: ["${server}"]\n  key: a key of thirty-two characters..\n  node: a\n`,
  );

describe('cluster.servers', () => {
  it('has a host, and no login, which is not used and would be ignored', () => {
    expect(refused('nats://')).toMatch(/cluster\.servers\[0\]: must be a nats:\/\/ or tls:\/\/ address$/);
    const text = refused('nats://user:a-pass-word@host:4222');
    expect(text).toMatch(
      /cluster\.servers\[0\]: must have no login; use cluster\.user and password, or token$/,
    );
    expect(text).not.toContain('a-pass-word');
  });
});
