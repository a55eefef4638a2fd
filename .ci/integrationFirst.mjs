// The order of the test files.
import { BaseSequencer } from 'vitest/node';

const isLong = ({ moduleId }) => moduleId.includes('/test/integration/');

/** Integration tests first: the longest of them, begun last, would run alone on one core. */
export class IntegrationFirst extends BaseSequencer {
  async sort(files) {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
