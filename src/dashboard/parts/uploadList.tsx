import { uploads } from '../state/uploads.js';

/** What has become of each file. */
export function UploadList() {
  return (
    <ul class="uploads" aria-live="polite">
      {uploads.value.map(({ file, text, isFault }) => (
        <li key={file} class={isFault ? 'is-fault' : ''}>
          {text}
        </li>
      ))}
    </ul>
  );
}
