import { defineConfig } from 'vitest/config';
import { CountReporter } from './.ci/countReporter.mjs';
import { IntegrationFirst } from './.ci/integrationFirst.mjs';

/** Each of these runs in a process of its own: whole programs, and what replaces the ffmpeg that a process asks once for its version. */
const isolated = ['test/integration/**/*.test.ts', 'test/video/{liveStub,startable}.test.ts'];

export default defineConfig({
  test: {
    globalSetup: '.ci/vitestSetup.mjs',
    projects: [
      { extends: true, test: { name: 'isolated', include: isolated } },
      // Loading the modules again for every file would take longer than most of these tests.
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...isolated, 'test/dashboard/**'],
          isolate: false,
        },
      },
      {
        extends: true,
        oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
        test: { name: 'page', include: ['test/dashboard/**/*.test.{ts,tsx}'], environment: 'happy-dom' },
      },
    ],
    // Integration tests run whole programs on real models and also wait for their timeouts: four at a time keep two cores busy.
    maxWorkers: 4,
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
