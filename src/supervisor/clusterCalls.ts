import { z } from 'zod';
import type { Call } from '../cluster/nodeRequests.js';

/** What nodes ask each other. Names and shapes are shared by nodes of several versions: fields are only added. */

const nothing = z.object({});
type Nothing = z.output<typeof nothing>;

/** The metrics of a node; the bytes are text in the format of Prometheus. */
export const METRICS_CALL: Call<Nothing, Nothing> = { name: 'metrics', input: nothing, output: nothing };
