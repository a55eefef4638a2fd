import type { ErrorCode } from '../core/errors.js';
import type { FrameReport } from '../pipeline/frameReport.js';

type Verdict = FrameReport['verdicts'][number];

/** The keys of an object whose type makes sure that none is missing. */
function keysOf<K extends string>(all: Record<K, true>): K[] {
  return Object.keys(all) as K[];
}

/**
 * Values of the labels that are known beforehand. Their series begin at 0: an alert on an increase does not see the first event of a
 * series that begins at 1.
 */
export const LABEL_VALUES = {
  outcome: keysOf<FrameReport['outcome']>({ processed: true, dropped: true, failed: true }),
  dropReason: keysOf<NonNullable<FrameReport['dropped']>>({
    newer: true,
    stale: true,
    poison: true,
    ended: true,
  }),
  verdict: keysOf<Verdict['kind']>({ known: true, ambiguous: true, unknown: true, unusable: true }),
  unusableReason: keysOf<(Verdict & { kind: 'unusable' })['reason']>({
    too_small: true,
    low_score: true,
    bad_landmarks: true,
    turned: true,
    blurred: true,
  }),
  /** Every way in which a source ends, be it the camera, ffmpeg or the recording; and `internal`, for faults of spotter. */
  restart: [
    'camera.address',
    'camera.auth',
    'camera.ended',
    'camera.no_video',
    'camera.reshaped',
    'camera.stalled',
    'camera.unreachable',
    'ffmpeg.failed',
    'ffmpeg.missing',
    'video.killed',
    'video.no_video',
    'video.not_found',
    'video.truncated',
    'video.unreadable',
    'worker.failed',
    'internal',
  ] satisfies ErrorCode[],
  death: ['engine_died', 'engine_hung'],
  wsClosed: ['slow', 'silent', 'shutdown', 'signed_out', 'log_replaced', 'log_unreadable', 'bad_filter'],
  snapshot: ['stored', 'failed', 'missing'],
  sink: ['delivered', 'dead_letter', 'skipped'],
} as const;
