import { changePerson } from '../api/calls.js';
import type { Person, PersonSettings } from '../api/model.js';
import { showFault, showToast } from '../state/toasts.js';
import { texts } from '../texts.js';

const t = texts.people;

interface PersonSettingsFormProps {
  person: Person;
  onChange: () => Promise<unknown>;
}

/** What person.yaml has, as a form. An empty field removes the setting; one that was left as it was is not sent. */
export function PersonSettingsForm({ person, onChange }: PersonSettingsFormProps) {
  const { name, settings, settingsFault } = person;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const change = changeOf(new FormData(form), settings);
    try {
      if (Object.keys(change).length > 0) await changePerson(name, change);
      await onChange();
      // Each field follows the setting again, whoever changes it.
      form.reset();
      showToast(t.saved);
    } catch (error) {
      showFault(error);
    }
  };
  return (
    <section class="panel" aria-label={t.settings}>
      <h3>{t.settings}</h3>
      {settingsFault !== null && (
        <p class="form-fault" role="alert">
          {t.settingsFault(settingsFault)}
        </p>
      )}
      <form class="settings" onSubmit={submit}>
        <label>
          {t.displayName}
          <input
            name="displayName"
            dir="auto"
            maxLength={100}
            defaultValue={settings.displayName ?? ''}
            placeholder={name}
          />
        </label>
        <label>
          {t.validUntil}
          <input name="validUntil" type="date" defaultValue={settings.validUntil ?? ''} />
        </label>
        <label>
          {t.note}
          <input name="note" dir="auto" maxLength={1000} defaultValue={settings.note ?? ''} />
        </label>
        <label class="check">
          <input name="notify" type="checkbox" defaultChecked={settings.notify} />
          {t.notify}
        </label>
        <button type="submit">{t.save}</button>
      </form>
    </section>
  );
}

/** The settings that somebody has changed in the form. */
function changeOf(fields: FormData, settings: PersonSettings): Partial<PersonSettings> {
  const text = (field: string) => String(fields.get(field) ?? '').trim() || null;
  const filled = {
    displayName: text('displayName'),
    note: text('note'),
    validUntil: text('validUntil'),
    notify: fields.get('notify') !== null,
  };
  const isChanged = ([key, value]: [string, unknown]) => value !== settings[key as keyof typeof filled];
  return Object.fromEntries(Object.entries(filled).filter(isChanged));
}
