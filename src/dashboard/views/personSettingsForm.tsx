import { changePerson } from '../api/calls.js';
import type { Person } from '../api/model.js';
import { showFault, showToast } from '../state/toasts.js';
import { texts } from '../texts.js';

const t = texts.people;

interface PersonSettingsFormProps {
  person: Person;
  onChange: () => Promise<unknown>;
}

/** What person.yaml has, as a form. An empty field removes the setting. */
export function PersonSettingsForm({ person: { name, settings }, onChange }: PersonSettingsFormProps) {
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const text = (field: string) => String(fields.get(field) ?? '').trim() || null;
    try {
      await changePerson(name, {
        displayName: text('displayName'),
        note: text('note'),
        validUntil: text('validUntil'),
        notify: fields.get('notify') !== null,
      });
      await onChange();
      showToast(t.saved);
    } catch (error) {
      showFault(error);
    }
  };
  return (
    <section class="panel" aria-label={t.settings}>
      <h3>{t.settings}</h3>
      <form class="settings" onSubmit={submit}>
        <label>
          {t.displayName}
          <input
            name="displayName"
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
          <input name="note" maxLength={1000} defaultValue={settings.note ?? ''} />
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
