import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPORT, writeReport } from '../../src/cli/galleryReport.js';
import { checkOutputPlace } from '../../src/cli/outputFile.js';
import type { ReportContent } from '../../src/cli/reportPage.js';
import { auditOf } from '../../src/gallery/audit.js';
import type { ComparedPhoto } from '../../src/gallery/comparison.js';
import { FileGuard } from '../../src/gallery/fileGuard.js';
import { SimilarityMatrix } from '../../src/gallery/similarityMatrix.js';
import { photo } from '../helpers/compared.js';
import { hopper } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const NOTHING_ASIDE = { people: [], photos: [] };

function contentOf(
  folder: string,
  photos: ComparedPhoto[],
  setAside: ReportContent['setAside'] = NOTHING_ASIDE,
) {
  const matrix = SimilarityMatrix.of(photos);
  const gallery = { photos, faults: [], notes: [], settings: new Map() };
  const audit = auditOf(gallery, 0.4, (a, b, similarity) => matrix.note(a, b, similarity));
  const madeAt = new Date('2026-01-02T03:04:05Z');
  return { folder, models: 'a and b', threshold: 0.4, madeAt, audit, matrix, setAside };
}

async function pageOf(content: ReportContent, signal = new AbortController().signal): Promise<string> {
  const file = path.join(temporaryFolder(), 'report.html');
  const guard = new FileGuard({ folder: content.folder });
  await writeReport(file, content, { guard, maxMegapixels: 100, signal, onProgress: () => {} });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(path.dirname(file))).toEqual(['report.html']);
  return readFileSync(file, 'utf8');
}

/** Every attribute value and text of a page with what a browser would make of the references. */
const decoded = (text: string) =>
  text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name as 'amp'],
  );

describe('writeReport', () => {
  it('shows each photo with the box that was enrolled, its state and findings, and nothing from elsewhere', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'grace'));
    for (const name of ['a.jpg', 'b.jpg']) copyFileSync(hopper, path.join(folder, 'grace', name));
    const [a, b] = [photo('grace/a.jpg', [1, 0], 'one'), photo('grace/b.jpg', [0, 1])];
    a.result.box = { x1: 128, y1: 60, x2: 256, y2: 300 };
    const lost: ComparedPhoto = {
      person: 'zoe',
      name: 'zoe.jpg',
      sha256: null,
      result: { state: 'unusable', fault: 'blurred', message: 'the face is blurred; use a sharper photo' },
    };
    const page = await pageOf(contentOf(folder, [a, b, photo('ida.jpg', [1, 0], 'one'), lost]));
    expect(page).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
    // Of 512 x 600 px.
    expect(page).toContain('<i style="left:25.00%;top:10.00%;right:50.00%;bottom:50.00%"></i>');
    expect(page.match(/src="data:image\/jpeg;base64,/g)).toHaveLength(2);
    expect(page.match(/no picture/g)).toHaveLength(2);
    expect(page).toMatch(/<code>blurred<\/code> the face is blurred; use a sharper photo/);
    expect(page).toMatch(/<code>same_file<\/code> is the same file as/);
    expect(page).toMatch(/<image [^>]*href="data:image\/png;base64,/);
    expect(page).not.toMatch(/<script|<link|https?:|url\(|@import/);
  });

  it('shows markup, control characters and other scripts in names as text', async () => {
    const names = ['<b onload=x>"\'&/a.jpg', 'x\x1b[2J\n\u202e/b.jpg', 'נועה כהן/c.jpg', 'নন্দিনী/d.jpg'];
    const photos = names.map((name, index) => photo(name, [index + 1, 1]));
    const content = contentOf('/nowhere/<i>', photos, {
      people: [{ person: '<u>', photos: [] }],
      photos: [],
    });
    const page = await pageOf(content);
    for (const part of ['<b onload', '<i>', '<u>', '\x1b', '\u202e']) expect(page).not.toContain(part);
    const text = decoded(page.replace(/<[^>]*>/g, ''));
    for (const part of [
      '<b onload=x>"\'&',
      'x\\x1b[2J\\n\\u202e',
      'נועה כהן',
      'নন্দিনী',
      '/nowhere/<i>',
      '<u>',
    ])
      expect(text).toContain(part);
  });

  it('stays readable with nobody, with one person, and with more people than a matrix has names for', async () => {
    expect(await pageOf(contentOf('/nowhere', []))).toContain('Nothing to look into');
    expect(await pageOf(contentOf('/nowhere', [photo('a.jpg', [1])]))).toContain('fewer than two people');
    const crowd = Array.from({ length: 60 }, (_, n) => photo(`p${n}/a.jpg`, [Math.cos(n), Math.sin(n)]));
    const page = await pageOf(contentOf('/nowhere', crowd));
    expect(page).not.toContain('<text');
    expect(page.match(/<section class="person"/g)).toHaveLength(60);
  });

  it('leaves nothing behind when it is interrupted, and keeps the report that was there', async () => {
    const file = path.join(temporaryFolder(), 'report.html');
    writeFileSync(file, 'earlier');
    const signal = AbortSignal.abort();
    const content = contentOf('/nowhere', [photo('a.jpg', [1]), photo('b.jpg', [0, 1])]);
    const sources = {
      guard: new FileGuard({ folder: '/nowhere' }),
      maxMegapixels: 1,
      signal,
      onProgress: () => {},
    };
    await expect(writeReport(file, content, sources)).rejects.toMatchObject({ code: 'interrupted' });
    expect(readdirSync(path.dirname(file))).toEqual(['report.html']);
    expect(readFileSync(file, 'utf8')).toBe('earlier');
  });
});

describe('checkOutputPlace', () => {
  it('refuses a place that cannot hold a report, or is in the gallery, with one sentence', () => {
    const folder = temporaryFolder();
    const gallery = path.join(folder, 'gallery');
    mkdirSync(path.join(gallery, 'alice'), { recursive: true });
    symlinkSync(gallery, path.join(folder, 'link'));
    const refused = (file: string) => {
      try {
        checkOutputPlace(file, gallery, REPORT);
      } catch (error) {
        expect(error).toMatchObject({ code: 'usage' });
        return (error as Error).message.replace(`cannot write the report ${file}: `, '');
      }
      return null;
    };
    expect(refused(path.join(folder, 'gallery-report.html'))).toBeNull();
    expect(refused(path.join(folder, 'no/report.html'))).toMatch(/^there is no folder .*\/no; make it/);
    expect(refused(folder)).toMatch(/^it is a folder; add the name of a file/);
    expect(refused('/dev/null')).toMatch(/^it is a device or pipe; name a file|^permission denied/);
    writeFileSync(path.join(folder, 'config.yaml'), 'cameras: []\n');
    expect(refused(path.join(folder, 'config.yaml'))).toMatch(/^it exists and does not end with \.html/);
    expect(refused(path.join(hopper, 'report.html'))).toMatch(/jpg is a file, not a folder/);
    expect(refused(path.join(gallery, 'report.html'))).toMatch(/^it would lie in the gallery/);
    expect(refused(path.join(folder, 'link/alice/report.html'))).toMatch(/^it would lie in the gallery/);
  });
});
