import { z } from 'zod';

/** How many operators of a network ran where. */
export interface Ran {
  onDevice: number;
  /** Not on the device; shapes and indices stay on the CPU with most providers. */
  elsewhere: number;
  /** Of those, the ones that do the work of a network: convolutions and matrix products. */
  heavyElsewhere: number;
}

const HEAVY = /Conv|Gemm|MatMul/;

const events = z.array(
  z.object({
    cat: z.string(),
    args: z.object({ provider: z.string().optional(), op_name: z.string().optional() }).optional(),
  }),
);

/**
 * Reads a profile of onnxruntime. It is the proof that a provider has run: a session of one that is not there may run on the CPU
 * without a word.
 *
 * @param provider name as in the profile
 */
export function readProfile(text: string, provider: string): Ran {
  const ran: Ran = { onDevice: 0, elsewhere: 0, heavyElsewhere: 0 };
  for (const { cat, args } of events.parse(JSON.parse(text))) {
    if (cat !== 'Node' || args?.provider === undefined) continue;
    if (args.provider === provider) ran.onDevice++;
    else {
      ran.elsewhere++;
      if (HEAVY.test(args.op_name ?? '')) ran.heavyElsewhere++;
    }
  }
  return ran;
}
