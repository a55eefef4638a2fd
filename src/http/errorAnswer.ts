import { type ErrorCode, SpotterError } from '../core/errors.js';
import { refuse } from './refusal.js';

/** The status of errors that callers can do something about. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  usage: 400,
  'person.missing': 404,
  'photo.missing': 404,
  'face.missing': 404,
  'person.exists': 409,
  'photo.double': 409,
  'event.other': 409,
  'access.taken': 409,
  'cluster.other': 409,
  'gallery.unwritable': 409,
  'config.changed': 412,
  'config.invalid': 422,
  'photo.refused': 422,
  'photo.unreadable': 422,
  'photo.too_large': 422,
  'engine.busy': 429,
  'engine.away': 503,
  'gallery.not_found': 503,
  'log.unusable': 503,
  'cluster.unreachable': 503,
  'cluster.unfit': 503,
};
/** When what is busy, or being replaced, may be tried again. */
const RETRY_AFTER_SECONDS = 2;

/** Answers with what a handler was refused. @throws the error, where it is a fault of spotter */
export function refuseError<R extends Parameters<typeof refuse>[0]>(reply: R, error: unknown): R {
  const status = error instanceof SpotterError ? STATUS[error.code] : undefined;
  if (!(error instanceof SpotterError) || status === undefined) throw error;
  const headers =
    status === 429 || status === 503 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : undefined;
  return refuse(reply, { status, error: error.message, headers });
}
