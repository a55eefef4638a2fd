import { removePhoto, setPhotoAside } from '../api/calls.js';
import type { Person, PersonPhoto } from '../api/model.js';
import { showFault, showToast } from '../state/toasts.js';
import { texts } from '../texts.js';

const t = texts.people;

interface PersonPhotosProps {
  person: Person;
  isEditable: boolean;
  onChange: () => Promise<unknown>;
}

/** The photos of a person, what is wrong with them, and how to take them out of use. */
export function PersonPhotos({ person: { name, photos }, isEditable, onChange }: PersonPhotosProps) {
  const act = (action: Promise<unknown>) => action.then(onChange).catch(showFault);
  const setAside = async (file: string) => {
    const moved = await setPhotoAside(name, file, true);
    const undo = async () => {
      await setPhotoAside(name, moved.file, false);
      await onChange();
    };
    showToast(t.setAsideDone(file), undo, name);
  };
  const remove = async (file: string) => {
    if (confirm(t.removePhoto(file))) await removePhoto(name, file);
  };
  if (photos.length === 0) return <p class="muted">{t.noPhotos}</p>;
  return (
    <ul class="photos">
      {photos.map((photo) => (
        <li key={photo.file} class={`photo is-${photo.state}`}>
          <img src={`${photo.picture}?width=320`} alt={photo.file} loading="lazy" />
          <p class="photo-file">{photo.file}</p>
          <PhotoFaults photo={photo} />
          {isEditable && (
            <p class="row">
              {photo.state === 'setAside' ? (
                <button
                  type="button"
                  class="quiet"
                  onClick={() => act(setPhotoAside(name, photo.file, false))}
                >
                  {t.use}
                </button>
              ) : (
                <button type="button" class="quiet" onClick={() => act(setAside(photo.file))}>
                  {t.setAside}
                </button>
              )}
              <button type="button" class="quiet" onClick={() => act(remove(photo.file))}>
                {t.remove}
              </button>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function PhotoFaults({ photo: { state, message, findings } }: { photo: PersonPhoto }) {
  const label = { used: null, unusable: t.unusable, setAside: t.setAside }[state];
  return (
    <>
      {label !== null && (
        <p class="photo-state">
          {label}
          {message !== null && `: ${message}`}
        </p>
      )}
      {findings.map((finding) => (
        <p key={finding} class="photo-finding">
          {finding}
        </p>
      ))}
    </>
  );
}
