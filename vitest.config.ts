import { defineConfig } from 'vitest/config';
import { CountReporter } from './.ci/countReporter.mjs';
import { IntegrationFirst } from './.ci/integrationFirst.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: '.ci/vitestSetup.mjs',
    // Integration tests run whole programs on real models and also wait for their timeouts: three at a time keep two cores busy.
    maxWorkers: 3,
    sequence: { sequencer: IntegrationFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // As in src/main.ts: networks that run inside a test send nothing either.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    // What a test changes of the environment ends with it.
    unstubEnvs: true,
    reporters: ['default', new CountReporter()],
  },
});
