import type { Size } from '../core/geometry.js';
import { plural } from '../core/plural.js';
import type { Audit, AuditFinding } from '../gallery/audit.js';
import type { Pair } from '../gallery/comparison.js';
import type { PhotoReport } from '../gallery/gallery.js';
import type { SetAside } from '../gallery/setAside.js';
import type { SimilarityMatrix } from '../gallery/similarityMatrix.js';
import { html, htmlName, htmlPath } from './html.js';
import { matrixSection } from './reportMatrix.js';
import { REPORT_STYLE } from './reportStyle.js';

/** A small JPEG of a photo, and the upright size of the photo, px. */
export interface Thumbnail {
  jpeg: Buffer;
  source: Size;
}

/** What a report shows. */
export interface ReportContent {
  /** The gallery's folder. */
  folder: string;
  /** Detector and embedder. */
  models: string;
  threshold: number;
  madeAt: Date;
  audit: Audit;
  matrix: SimilarityMatrix;
  setAside: SetAside;
}

/** Nothing is loaded from anywhere, and nothing runs. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
/** Findings that are listed at the top; the others are found at their photos. */
const MOST_LISTED = 200;

/**
 * The report as one page of HTML, in parts.
 *
 * @param thumbnails per photo in the order of the audit; null where a photo cannot be shown
 */
export async function* reportParts(
  content: ReportContent,
  thumbnails: AsyncIterable<Thumbnail | null>,
): AsyncGenerator<string> {
  const { audit, matrix, threshold } = content;
  const { photos, comparison } = audit;
  const named = [...new Set(photos.map(({ person }) => person))].sort();
  const anchors = new Map(named.map((person, index) => [person, `#person-${index + 1}`]));
  const link = (person: string) => anchors.get(person) ?? '#findings';
  const inUse = [...new Set(comparison.faces.map(({ person }) => person))];
  yield head(content, named.length);
  yield findingsList(audit, link);
  yield await matrixSection(matrix, inUse, threshold, link);
  yield asideList(content.setAside);
  yield '<h2 id="people">People</h2>\n';
  const about = {
    findings: byPhoto(audit),
    own: nearestBy(comparison.own),
    others: nearestBy(comparison.others),
  };
  const waiting = new Map<string, string[]>();
  const left = new Map<string, number>();
  for (const { person } of photos) left.set(person, (left.get(person) ?? 0) + 1);
  let index = 0;
  for await (const thumbnail of thumbnails) {
    const photo = photos[index++];
    const figures = waiting.get(photo.person) ?? [];
    figures.push(figure(photo, index, thumbnail, about));
    waiting.set(photo.person, figures);
    // Spellings of one name lie apart in the order of the folder.
    if (figures.length < (left.get(photo.person) ?? 0)) continue;
    waiting.delete(photo.person);
    yield personSection(photo.person, link(photo.person).slice(1), figures, audit);
  }
  yield '</body>\n</html>\n';
}

function head({ folder, models, threshold, madeAt, audit }: ReportContent, people: number): string {
  const { photos, used, unusable, faults, doubts, notes } = audit;
  const findings = unusable.length + faults.length + doubts.length;
  const count = (value: number, what: string) => `<li><b>${value}</b> ${what}</li>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Gallery report</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<h1>Gallery report</h1>
<p class="dim">${html(folder)}, ${html(madeAt.toISOString().slice(0, 16).replace('T', ' '))} UTC, ${html(models)}, match from ${threshold.toFixed(2)}. This file contains faces; keep it private.</p>
<ul class="counts">${count(people, people === 1 ? 'person' : 'people')}${count(photos.length, photos.length === 1 ? 'photo' : 'photos')}${count(used, 'in use')}${count(findings, findings === 1 ? 'finding' : 'findings')}${count(notes.length, notes.length === 1 ? 'note' : 'notes')}</ul>
`;
}

function findingsList({ unusable, faults, doubts, photos }: Audit, link: (person: string) => string): string {
  const numbers = new Map(photos.map(({ name }, index) => [name, index + 1]));
  const all = [...faults, ...unusable, ...doubts];
  const line = ({ photo, person, fault, message }: AuditFinding) => {
    const number = numbers.get(photo);
    const what = number ? `<a href="#photo-${number}">${htmlPath(photo)}</a> ` : '';
    const whose = number ? '' : `<a href="${link(person)}">${htmlName(person)}</a>: `;
    return `<li><code class="fault">${html(fault)}</code> ${whose}${what}${html(message)}</li>`;
  };
  const rest = all.length - MOST_LISTED;
  const more = rest > 0 ? `<p>${plural(rest, 'more finding')}: see the people below.</p>` : '';
  const list = `<ul>${all.slice(0, MOST_LISTED).map(line).join('\n')}</ul>`;
  return `<h2 id="findings">Findings</h2>\n${all.length === 0 ? '<p>Nothing to look into.</p>' : list}${more}\n`;
}

function asideList({ people, photos }: SetAside): string {
  if (people.length + photos.length === 0) return '';
  const names = [
    ...people.map(
      ({ person, photos: own }) =>
        `<li>${htmlName(person)}, whole person, ${plural(own.length, 'photo')}</li>`,
    ),
    ...photos.map(({ name }) => `<li>${htmlPath(name)}</li>`),
  ];
  return `<h2 id="set-aside">Set aside</h2>\n<p class="dim">Not compared with anybody; <code>spotter gallery set-aside --back</code> brings them back.</p>\n<ul>${names.join('\n')}</ul>\n`;
}

/** What is shown beside a photo. */
interface About {
  findings: ReadonlyMap<string, AuditFinding[]>;
  own: ReadonlyMap<string, Pair>;
  others: ReadonlyMap<string, Pair>;
}

function byPhoto({ doubts }: Audit): Map<string, AuditFinding[]> {
  const findings = new Map<string, AuditFinding[]>();
  for (const finding of doubts)
    findings.set(finding.photo, [...(findings.get(finding.photo) ?? []), finding]);
  return findings;
}

function nearestBy(pairs: Audit['comparison']['own']): Map<string, Pair> {
  return new Map([...pairs].map(([face, pair]) => [face.name, pair]));
}

function personSection(person: string, id: string, figures: readonly string[], audit: Audit): string {
  const faults = audit.faults.filter((fault) => fault.person === person);
  const notes = audit.notes.filter((note) => note.photo === person);
  const lines = [
    ...faults.map(({ message }) => `<p class="fault">${html(message)}</p>`),
    ...notes.map(({ note }) => `<p class="note">${html(note)}</p>`),
  ];
  return `<section class="person" id="${id}">
<h3>${htmlName(person)} <span class="dim">${plural(figures.length, 'photo')}</span></h3>
${lines.join('\n')}<div class="photos">
${figures.join('\n')}
</div></section>
`;
}

function figure(
  { name, result }: PhotoReport,
  number: number,
  thumbnail: Thumbnail | null,
  about: About,
): string {
  const findings = about.findings.get(name) ?? [];
  const isBad = result.state === 'unusable' || findings.length > 0;
  const lines = findings.map(({ fault, message }) => said('fault', fault, message));
  if (result.state === 'unusable') lines.unshift(said('fault', result.fault, result.message));
  else {
    const { sizePx, sharpness, yawDeg } = result.quality;
    const details = [
      `${Math.round(sizePx)} px`,
      sharpness !== null && `sharpness ${sharpness.toFixed(2)}`,
      `turned ${Math.round(Math.abs(yawDeg))}°`,
      nearestText('own', about.own.get(name)),
      nearestText('other', about.others.get(name)),
    ].filter((detail) => detail !== false);
    lines.unshift(`<p><span class="used">in use</span> <small>${details.join(', ')}</small></p>`);
    if (result.note !== undefined) lines.push(`<p class="note">${html(result.note)}</p>`);
  }
  return `<figure id="photo-${number}"${isBad ? ' class="bad"' : ''}>${pictureOf(thumbnail, result.box, name)}<figcaption>${htmlPath(name)}${lines.join('')}</figcaption></figure>`;
}

function said(kind: string, code: string, message: string): string {
  return `<p class="${kind}"><code>${html(code)}</code> ${html(message)}</p>`;
}

function nearestText(kind: 'own' | 'other', pair: Pair | undefined): string | false {
  if (!pair) return false;
  return `${kind === 'own' ? 'own' : `next ${htmlName(pair.b.person)}`} ${pair.similarity.toFixed(2)}`;
}

function pictureOf(thumbnail: Thumbnail | null, box: PhotoReport['result']['box'], name: string): string {
  if (thumbnail === null) return '<div class="missing">no picture</div>';
  const { width, height } = thumbnail.source;
  const data = thumbnail.jpeg.toString('base64');
  const percent = (value: number) => `${(100 * Math.min(1, Math.max(0, value))).toFixed(2)}%`;
  const frame = box
    ? `<i style="left:${percent(box.x1 / width)};top:${percent(box.y1 / height)};right:${percent(1 - box.x2 / width)};bottom:${percent(1 - box.y2 / height)}"></i>`
    : '';
  return `<span class="picture"><img alt="${html(name)}" src="data:image/jpeg;base64,${data}">${frame}</span>`;
}
