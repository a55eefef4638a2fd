import type { Track } from '../track/state.js';
import type { Verdict } from '../track/verdict.js';
import type { Mark } from './ass.js';

const COLOURS: Record<Verdict['kind'], string> = {
  known: '40E060',
  unknown: 'FFD040',
  ambiguous: 'FF60FF',
  unusable: 'B0B0B0',
};
/** Of a face without a verdict yet. */
const OPEN = 'FFFFFF';

/** The marks of the faces in a frame: box, and a label with name or verdict, similarity and track number. @param shownName how a person is shown */
export function marksOf(tracks: readonly Track[], shownName: (person: string) => string): Mark[] {
  const seen = tracks.filter(({ missed }) => missed === 0);
  return seen.map(({ number, detection, verdict }) => ({
    box: detection.box,
    label: `${verdict === null ? '?' : captionOf(verdict, shownName)} #${number}`,
    colour: verdict === null ? OPEN : COLOURS[verdict.kind],
  }));
}

function captionOf(verdict: Verdict, shownName: (person: string) => string): string {
  return verdict.kind === 'known'
    ? `${shownName(verdict.match.person)} ${verdict.match.similarity.toFixed(2)}`
    : verdict.kind;
}
