import type { Match } from '../face/match.js';
import { weighedSimilarity } from '../face/odds.js';
import type { Quality } from '../face/quality.js';
import { policyFor } from '../track/policy.js';
import type { TrackPolicy } from '../track/state.js';
import { clarityOf, judgeMatch } from '../track/verdict.js';

/** A setting of the configuration that decides about names. */
export interface Setting {
  /** Accepted odds of a false name; without effect under a fixed threshold. */
  falseNames: number;
  /** Fixed threshold, -1..1; null: the odds decide. */
  threshold: number | null;
  policy: TrackPolicy;
}

/** Where a trial comes from. */
export type TrialSource = 'gallery' | 'strangers' | 'setAside' | 'clip';

/** A face whose name is known, or known not to be in the gallery, and what the product makes of it. */
export interface Trial {
  source: TrialSource;
  /** Names it in a list: a photo, or a track and its time. */
  label: string;
  /** Trials of one group depend on each other: the person. */
  group: string;
  /** The same for the person and the one whom the face resembles most. */
  pair: string;
  /** What its similarity is worth, -1..1, as a threshold applies to it; of a known face, to the own person. */
  similarity: number;
  /** The name that it gets; null without one. */
  nameAt: (setting: Setting) => string | null;
}

/** A photo that was compared as if it came from a camera. */
export interface PhotoTrial {
  source: TrialSource;
  label: string;
  person: string;
  quality: Quality;
  match: Match | null;
  /** To whom `similarity` refers, -1..1: the own person of a known face, the nearest one of a stranger. */
  to: number;
  /** Of the nearest person beside that one; null without. */
  besides: number | null;
  /** Photos and means of photos that it was compared with. */
  compared: number;
}

/** One look at a photo, by the rule that names the faces of cameras. @param current decides how the similarity is weighed */
export function photoTrial(photo: PhotoTrial, current: TrackPolicy): Trial {
  const { source, label, person, quality, match, to, besides, compared } = photo;
  const { odds } = policyFor(current, compared);
  return {
    source,
    label,
    group: person,
    pair: [person, match?.person ?? ''].sort().join('\n'),
    similarity: odds
      ? weighedSimilarity({ similarity: to, runnerUp: besides, sharpness: quality.sharpness }, odds)
      : to,
    nameAt: ({ policy }) => {
      const verdict = judgeMatch(match, policyFor(policy, compared), clarityOf(quality));
      return verdict.kind === 'known' ? verdict.match.person : null;
    },
  };
}
