import { useState } from 'preact/hooks';
import type { PersonSummary } from '../api/model.js';
import { people, personNamed } from '../state/household.js';
import { asking, giveName } from '../state/naming.js';
import { showFault } from '../state/toasts.js';
import { folded, typedName } from '../state/typedName.js';
import { texts } from '../texts.js';
import { Dialog } from './dialog.js';
import { letterOf, Picture } from './facePicture.js';
import { Icon } from './icon.js';

/** People whose name or key contains what was typed; those whose name begins with it first. */
export function matching(all: readonly PersonSummary[], typed: string): PersonSummary[] {
  const wanted = folded(typed);
  const names = ({ name, displayName }: PersonSummary) => [displayName ?? name, name].map(folded);
  const rank = (person: PersonSummary) => (names(person).some((name) => name.startsWith(wanted)) ? 0 : 1);
  return all
    .filter((person) => names(person).some((name) => name.includes(wanted)))
    .sort((a, b) => rank(a) - rank(b) || (names(a)[0] < names(b)[0] ? -1 : 1));
}

/** "Who is this?": somebody of the gallery, or a new name. */
export function NamePicker() {
  return asking.value.length === 0 ? null : <PickerDialog />;
}

function PickerDialog() {
  const faces = asking.value;
  const [typed, setTyped] = useState('');
  const [isSaving, setSaving] = useState(false);
  const [faults, setFaults] = useState<readonly string[]>([]);
  const fitting = matching(people.value ?? [], typed);
  const name = typedName(typed);
  // Enter takes nobody who is not named in full: the first of the list may be anybody.
  const named = personNamed(name);
  const isNew = name !== '' && named === undefined;
  const close = () => {
    asking.value = [];
  };
  const choose = async (person: string) => {
    setSaving(true);
    const outcome = await giveName(faces, person);
    // The dialog was closed meanwhile, and may ask for others by now.
    if (asking.value !== faces) return outcome.faults.forEach(showFault);
    asking.value = outcome.left;
    setFaults(outcome.faults);
    setSaving(false);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (name !== '' && !isSaving) void choose(named?.name ?? name);
  };
  return (
    <Dialog title={texts.naming.whoAre(faces.length)} onClose={close} kind="narrow">
      <div class="asked-faces">
        {faces.map(({ track }) => (
          <Picture key={track} sources={[`/api/v1/faces/${encodeURIComponent(track)}/face.jpg`]} letter="?" />
        ))}
      </div>
      <p class="muted">{texts.naming.hint}</p>
      <form onSubmit={submit}>
        <input
          type="text"
          dir="auto"
          aria-label={texts.naming.field}
          placeholder={texts.naming.field}
          autocomplete="off"
          maxLength={64}
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        {faults.length > 0 && (
          <p class="form-fault" role="alert">
            {faults.join('. ')}
          </p>
        )}
      </form>
      <ul class="choices" aria-busy={isSaving}>
        {fitting.map((person) => (
          <li key={person.name}>
            <button type="button" class="choice" disabled={isSaving} onClick={() => choose(person.name)}>
              <Picture
                sources={person.cover === null ? [] : [`${person.cover}?width=96`]}
                letter={letterOf(person.displayName ?? person.name)}
              />
              {person.displayName ?? person.name}
            </button>
          </li>
        ))}
        {isNew && (
          <li>
            <button type="button" class="choice" disabled={isSaving} onClick={() => choose(name)}>
              <span class="face letter" aria-hidden="true">
                <Icon name="plus" />
              </span>
              {texts.naming.make(name)}
            </button>
          </li>
        )}
      </ul>
      {people.value?.length === 0 && name === '' && <p class="muted">{texts.naming.none}</p>}
    </Dialog>
  );
}
