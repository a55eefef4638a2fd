import { describe, expect, it } from 'vitest';
import { eventContext } from '../../src/supervisor/eventContext.js';
import { load } from '../helpers/config.js';

describe('eventContext', () => {
  it('reads what is in use at the moment: recordings, and display names where there are any', () => {
    const { cameras } = load('cameras: [{ id: film, url: a.mp4 }, { id: door, url: "rtsp://h/x" }]').config;
    let people = {};
    const { isRecording, shownName } = eventContext(() => ({ cameras, people }));
    expect(['film', 'door', 'gone'].map(isRecording)).toEqual([true, false, false]);
    expect(shownName('alice')).toBe('alice');
    people = { alice: { displayName: 'Alice B.', notify: true }, bob: { displayName: null, notify: true } };
    expect(['alice', 'bob', 'toString'].map(shownName)).toEqual(['Alice B.', 'bob', 'toString']);
  });
});
