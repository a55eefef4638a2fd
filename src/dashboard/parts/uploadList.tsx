import { peopleTexts } from '../peopleTexts.js';
import { nameOf } from '../state/household.js';
import { batches, dropFinished } from '../state/uploads.js';
import { focusMain } from './focusMain.js';
import { Icon } from './icon.js';

/** What has become of each file, until that is closed. @param person whose; without one, everybody's are shown with their names */
export function UploadList({ person }: { person?: string }) {
  const shown = batches.value.filter((batch) => person === undefined || batch.person === person);
  const finished = shown.filter(({ isDone }) => isDone);
  return (
    <div class="uploads">
      <ul aria-live="polite">
        {shown.flatMap((batch, number) =>
          batch.lines.map(({ text, isFault }, index) => (
            // Files of several folders may have the same name.
            <li key={`${number}/${index}`} class={isFault ? 'is-fault' : ''}>
              {person === undefined && <b dir="auto">{nameOf(batch.person)}</b>} {text}
            </li>
          )),
        )}
      </ul>
      {finished.length > 0 && (
        <button
          type="button"
          class="quiet square"
          aria-label={peopleTexts.dismiss}
          title={peopleTexts.dismiss}
          onClick={() => {
            for (const batch of finished) dropFinished(batch.person);
            focusMain();
          }}
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
