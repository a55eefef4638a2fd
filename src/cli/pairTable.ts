import type { Config } from '../config/schema.js';
import { megabytes } from '../core/megabytes.js';
import { framesPerSecond, type PairOffer } from '../models/pairChoice.js';
import { leftTable } from './table.js';

type Chosen = Pick<Config, 'detector' | 'embedder'>;

/** The pairs with their figures, a line each; fits into 80 columns unless ids are long. */
export function pairTable(offers: readonly PairOffer[], config: Chosen, cores: number): string[] {
  const rows = offers.map((offer) => {
    const speed = framesPerSecond(offer, cores);
    const about = offer.isMeasured ? '' : '~';
    return [
      nameOf(offer),
      offer.frameMs === null ? '?' : `${about}${timeText(offer.frameMs)}`,
      speed === null ? '?' : `${about}${Math.round(speed)}/s`,
      offer.named === null ? '?' : percent(offer.named),
      stateOf(offer, config),
      offer.nonCommercial ? 'research' : 'any',
    ];
  });
  return leftTable([['pair', 'frame', 'frames', 'names', 'state', 'use'], ...rows]);
}

function stateOf(offer: PairOffer, config: Chosen): string {
  if (isCurrent(offer, config)) return 'in use';
  if (offer.missing.length === 0) return 'installed';
  const without = offer.missing.filter(({ hasAddress }) => !hasAddress).map(({ id }) => id);
  return without.length > 0 ? 'needs --from' : `to pull${sizeText(offer)}`;
}

/** How much is to be pulled, behind a comma; nothing where it is not known. */
export function sizeText({ missing }: PairOffer): string {
  const sizes = missing.map(({ bytes }) => bytes);
  if (sizes.length === 0 || sizes.some((bytes) => bytes === null)) return '';
  return `, ${megabytes(sizes.reduce((sum: number, bytes) => sum + (bytes ?? 0), 0))}`;
}

/** Whether a pair is the one of the configuration. */
export function isCurrent({ detector, embedder }: PairOffer, config: Chosen): boolean {
  return detector === config.detector && embedder === config.embedder;
}

export function nameOf({ detector, embedder }: PairOffer): string {
  return `${detector} + ${embedder}`;
}

export function percent(value: number): string {
  return `${value} %`;
}

function timeText(ms: number): string {
  if (ms >= 999.5) return `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
  return `${ms.toFixed(ms < 9.95 ? 1 : 0)} ms`;
}
