import { ALIKE_ABOVE } from '../gallery/comparison.js';
import { encodePng } from '../gallery/photo.js';
import type { SimilarityMatrix } from '../gallery/similarityMatrix.js';
import { html, htmlName } from './html.js';

/** Up to so many people, rows and columns have names. */
const MOST_NAMED = 40;
const MOST_CHARACTERS = 16;
/** Rows of the table of similar people. */
const MOST_PAIRS = 15;
const CELL = 12;
/** For names, per character. */
const CHARACTER = 5.6;

/**
 * The section with the similarity of every two people.
 *
 * @param people by number
 * @param link the address of a person's section, by name
 */
export async function matrixSection(
  matrix: SimilarityMatrix,
  people: readonly string[],
  threshold: number,
  link: (person: string) => string,
): Promise<string> {
  if (people.length < 2)
    return '<h2>Similarity</h2><p>There is nobody to compare with: the gallery has fewer than two people in use.</p>';
  const picture = matrix.draw(threshold);
  const data = (await encodePng(picture.pixels, picture)).toString('base64');
  const isNamed = people.length <= MOST_NAMED;
  const longest = Math.max(...people.slice(0, MOST_NAMED).map((person) => [...short(person)].length));
  const margin = isNamed ? 8 + CHARACTER * longest : 0;
  const side = matrix.side * CELL;
  const labels = isNamed
    ? people.map((person, index) => labelsOf(person, index * CELL + CELL / 2, margin))
    : [];
  const shared =
    matrix.perRow > 1
      ? ` A row stands for ${matrix.perRow} people, and a cell for their most similar two.`
      : '';
  const at = (value: number) => value.toFixed(2);
  return `<h2 id="similarity">Similarity</h2>
<p class="dim">Rows and columns are the ${people.length} people in use, in the order of the page. A cell is the similarity of the most similar photos of two people.${shared}</p>
<svg class="matrix" viewBox="0 0 ${side + margin} ${side + margin}" role="img" aria-label="Similarity of every two people"${isNamed ? ` style="max-width:${(side + margin) * 2}px"` : ''}>
<image x="${margin}" y="${margin}" width="${side}" height="${side}" href="data:image/png;base64,${data}"/>${labels.join('')}</svg>
<ul class="legend">
<li><span class="different"></span>different, up to ${at(threshold)}</li>
<li><span class="match"></span>from ${at(threshold)}: some photos match</li>
<li><span class="alike"></span>from ${at(threshold + ALIKE_ABOVE)}: seem to be one person</li>
${matrix.perRow === 1 ? '<li><span class="self"></span>photos of one person, on average</li>' : ''}
<li><span class="none"></span>nothing to compare</li>
</ul>
${pairsTable(matrix, people, link)}`;
}

function labelsOf(person: string, middle: number, margin: number): string {
  const text = `<title>${html(person)}</title>${html(short(person))}`;
  const [end, centre] = [margin - 4, margin + middle + 3];
  return `
<text x="${end}" y="${centre}" text-anchor="end">${text}</text>
<text x="${centre}" y="${end}" transform="rotate(-90 ${centre} ${end})">${text}</text>`;
}

function short(person: string): string {
  const characters = [...person];
  return characters.length > MOST_CHARACTERS
    ? `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…`
    : person;
}

function pairsTable(
  matrix: SimilarityMatrix,
  people: readonly string[],
  link: (person: string) => string,
): string {
  const pairs = matrix.nearestPairs(MOST_PAIRS);
  if (pairs.length === 0) return '';
  const name = (who: number) => `<a href="${link(people[who])}">${htmlName(people[who])}</a>`;
  const rows = pairs.map(
    ({ a, b, similarity }) =>
      `<tr><td>${name(a)}</td><td>${name(b)}</td><td>${similarity.toFixed(2)}</td></tr>`,
  );
  return `<h3>The most similar people</h3>
<table><tr><th>person</th><th>person</th><th>similarity</th></tr>${rows.join('\n')}</table>`;
}
