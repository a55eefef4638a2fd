// Counts tests for .ci/test.mjs, and notes why each one was skipped.
import { writeFileSync } from 'node:fs';

/** A vitest reporter that writes { passed, failed, skipped, notes } to the file named by SPOTTER_TEST_COUNTS. */
export class CountReporter {
  onTestRunEnd(modules, errors) {
    const file = process.env.SPOTTER_TEST_COUNTS;
    if (!file) return;
    const counts = { passed: 0, failed: errors.length, skipped: 0, notes: [] };
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state]++;
        if (result.state === 'skipped')
          counts.notes.push(`${test.fullName}: ${result.note ?? 'no reason given'}`);
      }
    }
    writeFileSync(file, JSON.stringify(counts));
  }
}
