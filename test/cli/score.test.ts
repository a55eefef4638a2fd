import { describe, expect, it } from 'vitest';
import { Score } from '../../src/cli/score.js';
import { parseTruth } from '../../src/cli/truth.js';
import { Film, known } from '../helpers/film.js';

const truth = (...rows: string[]) =>
  parseTruth(['person,from_ms,to_ms,x1,y1,x2,y2,difficult', ...rows].join('\n'), 'truth.csv');

/** Plays frames and scores each. */
function scored(
  rows: ReturnType<typeof truth>,
  ...frames: [timeMs: number, ...people: Parameters<Film['frame']>[1][]][]
) {
  const score = new Score(rows);
  const film = new Film();
  for (const [timeMs, ...people] of frames) {
    film.frame(timeMs, ...people);
    score.addFrame(timeMs, film.state.tracks);
  }
  return score.result();
}

describe('a score', () => {
  it('counts right and wrong names, labelled frames, and the wait for the name', () => {
    const alice = (match: ReturnType<typeof known>) => ({ x: 0, match });
    const result = scored(
      truth('alice,0,160'),
      [0, alice(known('alice', 0.45))],
      [40, alice(known('alice', 0.45))],
      [80, alice(known('alice', 0.45))],
      [120, alice(known('alice', 0.45))],
      [160],
      [200, alice(known('alice', 0.45))],
    );
    expect(result).toMatchObject({ kind: 'score', precision: 0.75, recall: 0.6, switches: 0 });
    expect(result.people).toMatchObject([
      { person: 'alice', found: true, precision: 0.75, recall: 0.6, timeToNameMs: 40, right: 3, wrong: 1 },
    ]);
  });

  it('calls a name wrong that belongs to another part of the picture, or to nobody labelled', () => {
    const rows = truth('alice,0,1000,300,0,500,200', 'bob,0,1000,0,0,200,200');
    const result = scored(
      rows,
      [0, { x: 0, match: known('alice', 0.9) }],
      [40, { x: 0, match: known('alice', 0.9) }],
    );
    expect(result.people).toMatchObject([
      { person: 'alice', found: false, precision: 0, wrong: 2 },
      { person: 'bob', found: false, precision: null, recall: 0 },
    ]);
  });

  it('asks for nothing where it is difficult, and takes no offence at a name there', () => {
    const rows = truth('alice,0,1000,,,,,1');
    const result = scored(rows, [0, { x: 0, match: known('alice', 0.9) }]);
    expect(result).toMatchObject({
      precision: null,
      recall: null,
      people: [{ person: 'alice', found: false }],
    });
  });

  it('counts a switch when the face becomes another track', () => {
    const rows = truth('alice,0,4000,0,0,200,200');
    const at = (timeMs: number): [number, { x: number; match: ReturnType<typeof known> }] => [
      timeMs,
      { x: 0, match: known('alice', 0.9) },
    ];
    const result = scored(rows, at(0), at(40), [1000], [2000], at(3000), at(3040));
    expect(result.switches).toBe(1);
  });
});

describe('labels', () => {
  it('may have comments, empty lines and only the columns that are needed', () => {
    const text = '# who\n\nperson,from_ms,to_ms\r\nalice , 0, 1000\n';
    expect(parseTruth(text, 'truth.csv')).toEqual([
      { person: 'alice', fromMs: 0, toMs: 1000, region: null, difficult: false },
    ]);
  });

  it('may be quoted, as spreadsheets write them', () => {
    const text = '"person","from_ms","to_ms"\n"alice","0","1000"\n';
    expect(parseTruth(text, 'truth.csv')).toMatchObject([{ person: 'alice', fromMs: 0, toMs: 1000 }]);
    const quoted = '\uFEFF"person" ,from_ms,to_ms\r\n "smith, ""al"" jr" , "0",1\r\nal"ice,2,3';
    expect(parseTruth(quoted, 'truth.csv')).toMatchObject([
      { person: 'smith, "al" jr' },
      { person: 'al"ice' },
    ]);
  });

  it('are told by their line in the file, whatever stands between', () => {
    const head = '\uFEFF# "who\r\n\r\n  # and when\nperson,from_ms,to_ms\r\n\n# here\n  \nalice,0,1\n';
    expect(parseTruth(head, 'truth.csv')).toMatchObject([{ person: 'alice' }]);
    expect(() => parseTruth(`${head}bob,soon,3`, 'truth.csv')).toThrow(
      'truth.csv, line 9: from_ms is "soon"',
    );
    expect(() => parseTruth(`${head}"b\nob",soon,3`, 'truth.csv')).toThrow('truth.csv, line 10: from_ms');
    expect(() => parseTruth(`${head}, ,`, 'truth.csv')).toThrow('truth.csv, line 9: person is empty');
  });

  it.each([
    ['', 'truth.csv, line 1: there is nothing; begin with the line person,from_ms,to_ms'],
    ['person,from_ms', 'truth.csv, line 1: the column "to_ms" is missing'],
    ['person,from_ms,to_ms,colour', /line 1: "colour" is no column/],
    ['person,from_ms,to_ms', 'truth.csv, line 1: nobody is labelled; add a line for each appearance'],
    ['person,from_ms,to_ms\nalice,soon,3', 'truth.csv, line 2: from_ms is "soon"; write a number from 0'],
    ['person,from_ms,to_ms\nalice,9,3', 'truth.csv, line 2: to_ms 3 comes before from_ms 9'],
    ['person,from_ms,to_ms\n,1,3', /line 2: person is empty/],
    [
      'person,from_ms,to_ms\nbob,0,1\n"alice,1,3',
      'truth.csv, line 3: the text ends within quotes; close the cell that begins with a quote',
    ],
    [
      'person,from_ms,to_ms\n"al"ice,1,3',
      'truth.csv, line 2: a quoted cell goes on after its last quote; put the whole cell in quotes, and write "" for a quote in it',
    ],
    ['# nobody\n', 'truth.csv, line 1: there is nothing; begin with the line person,from_ms,to_ms'],
    ['person,from_ms,to_ms,x1,y1,x2,y2\nalice,1,3,5', /line 2: y1 is ""/],
    ['person,from_ms,to_ms,x1,y1,x2,y2\nalice,1,3,5,5,5,9', /line 2: the region is empty/],
    ['person,from_ms,to_ms,difficult\nalice,1,3,yes', /line 2: difficult is "yes"/],
  ])('say what is wrong with %j', (text, message) => {
    expect(() => parseTruth(text, 'truth.csv')).toThrow(message);
  });
});
