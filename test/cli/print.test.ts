import { describe, expect, it } from 'vitest';
import { eventLine, explainLines } from '../../src/cli/print.js';
import { spotterEvent } from '../helpers/events.js';

const NASTY = 'eve\x1b[2J\n{"kind":"match"}\u202e';
const SHOWN = 'eve\\x1b[2J\\n{"kind":"match"}\\u202e';

describe('eventLine', () => {
  it.each([
    spotterEvent({ person: NASTY, withdrawn: NASTY }),
    spotterEvent({ kind: 'ambiguous', person: null, candidates: [NASTY, 'bob'] }),
    spotterEvent({ kind: 'left', person: NASTY, firstSeenMs: 0, lastSeenMs: 0 }),
    spotterEvent({ kind: 'visit_started', person: NASTY }),
  ])('shows escapes and line breaks of names as text: $kind', (event) => {
    const line = eventLine(event);
    expect(line).toContain(SHOWN);
    expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});

describe('explainLines', () => {
  it('shows escapes and line breaks as text', () => {
    const check = { name: 'margin', value: 0.1, limit: 0.05, passed: true, text: `ahead of ${NASTY}` };
    const explain = { checks: [check], looks: 1, usable: 1 };
    expect(explainLines(spotterEvent({ explain }))[0]).toContain(`+ ahead of ${SHOWN}`);
  });
});
