import { createInterface } from 'node:readline';
import { SpotterError } from '../core/errors.js';

/**
 * An address of the command line, or with `-` the first line of stdin: what is typed there is in no history and no list of
 * processes.
 *
 * @throws SpotterError usage when there is none
 */
export async function givenAddress(
  given: string,
  input: NodeJS.ReadableStream = process.stdin,
): Promise<string> {
  if (given !== '-') return given.trim();
  const lines = createInterface({ input });
  try {
    for await (const line of lines) if (line.trim() !== '') return line.trim();
  } finally {
    lines.close();
  }
  throw new SpotterError(
    'usage',
    'stdin has no address; give one, as in: echo rtsp://... | spotter camera add -',
  );
}
