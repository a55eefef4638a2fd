import { z } from 'zod';

/** An object whose members are described elsewhere; sent as it is. */
export const anyObject = z.custom<object>().meta({ type: 'object', additionalProperties: true });

/** ISO 8601, UTC. */
export const time = z.string().meta({ format: 'date-time' });

/** The answer of a route that has nothing to say. */
export const nothing = z.undefined().describe('Done.');
