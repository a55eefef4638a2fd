import { describe, expect, it } from 'vitest';
import { SinkHealth } from '../../../src/events/sinks/sinkHealth.js';

function sinkHealth() {
  const lines: string[] = [];
  const log = (text: string) => lines.push(text);
  return { health: new SinkHealth({ info: log, warn: log }), lines };
}

describe('SinkHealth', () => {
  it('names the problem of now, not one that is over', () => {
    const { health } = sinkHealth();
    expect(health.problem(true)).toBe(null);
    health.failed('no broker is listening');
    expect(health.problem(false)).toBe('no broker is listening');
    health.recovered();
    expect(health.problem(true)).toBe(null);
    expect(health.problem(false)).toBe('not connected');
  });

  it('needs one refusal after the far end has rejected every attempt before', () => {
    const { health, lines } = sinkHealth();
    health.failed('403', true);
    health.refused('403');
    expect(health.isRefusing).toBe(true);
    expect(health.problem(true)).toBe('the last event was refused: 403');
    expect(lines).toEqual(['the far end refuses everything, so nothing arrives: 403']);
    health.accepted();
    health.refused('too large');
    expect(health.isRefusing).toBe(false);
  });

  it('takes three refusals in a row for a far end that accepts nothing, until it accepts one', () => {
    const { health, lines } = sinkHealth();
    health.refused('too large');
    health.refused('too large');
    health.accepted();
    for (const _event of [1, 2, 3]) health.refused('no text');
    expect(health.isRefusing).toBe(true);
    expect(health.problem(true)).toBe('the last 3 events were refused: no text');
    health.accepted();
    expect(health.problem(true)).toBe(null);
    expect(lines).toEqual([
      '3 events in a row were refused, so nothing arrives: no text',
      'events are accepted again',
    ]);
  });
});
