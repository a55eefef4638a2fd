import { nameOf } from '../state/household.js';
import { batches } from '../state/uploads.js';

/** What has become of each file. @param person whose; without one, everybody's are shown with their names */
export function UploadList({ person }: { person?: string }) {
  const shown = batches.value.filter((batch) => person === undefined || batch.person === person);
  return (
    <ul class="uploads" aria-live="polite">
      {shown.flatMap((batch) =>
        batch.lines.map(({ file, text, isFault }) => (
          <li key={`${batch.person}/${file}`} class={isFault ? 'is-fault' : ''}>
            {person === undefined && <b dir="auto">{nameOf(batch.person)}</b>} {text}
          </li>
        )),
      )}
    </ul>
  );
}
