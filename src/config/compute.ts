import { z } from 'zod';
import { deviceFault, MAX_DEVICE, PROVIDERS } from '../compute/providers.js';
import { meantOrListed } from '../core/nearest.js';

/** Schema of `compute`. */
export const compute = z
  .strictObject({
    provider: z
      .enum(PROVIDERS, {
        error: ({ input }) =>
          typeof input === 'string' ? `unknown provider; ${meantOrListed(input, PROVIDERS)}` : undefined,
      })
      .default('cpu')
      .describe(
        'What runs the models: cpu, a device by cuda, tensorrt, directml, coreml or webgpu, or auto for one that works and is quicker than the CPU. See docs/gpu.md.',
      ),
    device: z
      .int()
      .min(0)
      .max(MAX_DEVICE)
      .nullable()
      .default(null)
      .describe(
        `Number of the device, 0 to ${MAX_DEVICE}; null: the first. Only for cuda, tensorrt and directml.`,
      ),
  })
  .superRefine((value, context) => {
    const fault = deviceFault(value);
    if (fault !== null) context.addIssue({ code: 'custom', path: ['device'], message: fault });
  })
  .prefault({})
  .describe('What runs the models.');
