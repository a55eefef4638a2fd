import { describe, expect, it } from 'vitest';
import { parseTruth } from '../../src/cli/truth.js';

describe('parseTruth', () => {
  it('accepts comments, empty lines and the required columns alone', () => {
    const text = '# who\n\nperson,from_ms,to_ms\r\nalice , 0, 1000\n';
    expect(parseTruth(text, 'truth.csv')).toEqual([
      { person: 'alice', fromMs: 0, toMs: 1000, region: null, difficult: false },
    ]);
  });

  it('accepts quoted cells, as spreadsheets write them', () => {
    const text = '"person","from_ms","to_ms"\n"alice","0","1000"\n';
    expect(parseTruth(text, 'truth.csv')).toMatchObject([{ person: 'alice', fromMs: 0, toMs: 1000 }]);
    const quoted = '\uFEFF"person" ,from_ms,to_ms\r\n "smith, ""al"" jr" , "0",1\r\nal"ice,2,3';
    expect(parseTruth(quoted, 'truth.csv')).toMatchObject([
      { person: 'smith, "al" jr' },
      { person: 'al"ice' },
    ]);
  });

  it('reports the line in the file, with comments and empty lines before it', () => {
    const head = '\uFEFF# "who\r\n\r\n  # and when\nperson,from_ms,to_ms\r\n\n# here\n  \nalice,0,1\n';
    expect(parseTruth(head, 'truth.csv')).toMatchObject([{ person: 'alice' }]);
    expect(() => parseTruth(`${head}bob,soon,3`, 'truth.csv')).toThrow(
      'truth.csv, line 9: from_ms is "soon"',
    );
    expect(() => parseTruth(`${head}"b\nob",soon,3`, 'truth.csv')).toThrow('truth.csv, line 10: from_ms');
    expect(() => parseTruth(`${head}, ,`, 'truth.csv')).toThrow('truth.csv, line 9: person is empty');
  });

  it.each([
    ['', 'truth.csv, line 1: no header; begin with the line person,from_ms,to_ms'],
    ['person,from_ms', 'truth.csv, line 1: column "to_ms" is missing; add it to the header'],
    ['person,from_ms,to_ms,colour', /line 1: unknown column "colour"; the columns are person, /],
    ['person,from_ms,to_ms', 'truth.csv, line 1: no labels; add one line per appearance'],
    ['person,from_ms,to_ms\nalice,soon,3', 'truth.csv, line 2: from_ms is "soon"; write a number from 0'],
    ['person,from_ms,to_ms\nalice,9,3', 'truth.csv, line 2: to_ms 3 is before from_ms 9'],
    ['person,from_ms,to_ms\n,1,3', /line 2: person is empty/],
    [
      'person,from_ms,to_ms\nbob,0,1\n"alice,1,3',
      'truth.csv, line 3: the file ends inside a quoted cell; close the quote',
    ],
    [
      'person,from_ms,to_ms\n"al"ice,1,3',
      'truth.csv, line 2: text follows the closing quote of a cell; quote the whole cell, and write "" for a quote inside it',
    ],
    ['# nobody\n', 'truth.csv, line 1: no header; begin with the line person,from_ms,to_ms'],
    ['person,from_ms,to_ms,x1,y1,x2,y2\nalice,1,3,5', /line 2: y1 is ""/],
    ['person,from_ms,to_ms,x1,y1,x2,y2\nalice,1,3,5,5,5,9', /line 2: the region is empty/],
    ['person,from_ms,to_ms,difficult\nalice,1,3,yes', /line 2: difficult is "yes"/],
  ])('reports what is wrong with %j', (text, message) => {
    expect(() => parseTruth(text, 'truth.csv')).toThrow(message);
  });
});
