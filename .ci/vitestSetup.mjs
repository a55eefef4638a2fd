// Tests start the program as it is in dist/: before any test runs, dist/ is from the sources as they are.
import { buildIfStale } from './build.mjs';

/** vitest's global set-up; in watch mode it is called again before each rerun. */
export function setup(project) {
  buildIfStale();
  project.onTestsRerun(buildIfStale);
}
