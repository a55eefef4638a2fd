import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { forgetPerson, removePerson } from '../api/calls.js';
import { Dialog } from '../parts/dialog.js';
import { dropPerson } from '../state/forgotten.js';
import { loadPeople } from '../state/household.js';
import { isolated } from '../state/isolated.js';
import { may } from '../state/ownSession.js';
import { showFault, showToast, showUnfinished } from '../state/toasts.js';
import { typedName } from '../state/typedName.js';
import { dropFinished } from '../state/uploads.js';
import { texts } from '../texts.js';

const t = texts.people;

const forget = async (name: string) => {
  const report = await forgetPerson(name);
  dropPerson(name);
  return report;
};

const ACTIONS = {
  remove: { label: t.removePerson, text: t.removeText, act: removePerson, done: t.removed },
  forget: { label: t.forget, text: t.forgetText, act: forget, done: t.forgotten },
};

/** Takes a person out of the gallery, or, for who may do that, erases everything about them. Both ask for the name. */
export function PersonRemoval({ name }: { name: string }) {
  const [asked, setAsked] = useState<keyof typeof ACTIONS | null>(null);
  return (
    <section class="panel danger" aria-label={t.danger}>
      <h3>{t.danger}</h3>
      {(may('people:forget') ? (['remove', 'forget'] as const) : (['remove'] as const)).map((key) => (
        <div key={key} class="danger-row">
          <p class="muted">{ACTIONS[key].text}</p>
          <button type="button" class="danger" onClick={() => setAsked(key)}>
            {ACTIONS[key].label}
          </button>
        </div>
      ))}
      {asked !== null && <ConfirmDialog name={name} action={ACTIONS[asked]} onClose={() => setAsked(null)} />}
    </section>
  );
}

/** A name as it reads: several spaces show as one. */
const spelled = (name: string) => typedName(name).replace(/\s+/g, ' ');

interface ConfirmDialogProps {
  name: string;
  action: (typeof ACTIONS)[keyof typeof ACTIONS];
  onClose: () => void;
}

function ConfirmDialog({ name, action, onClose }: ConfirmDialogProps) {
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState('');
  const [isWaiting, setWaiting] = useState(false);
  const isTyped = spelled(typed) === spelled(name);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!isTyped) return;
    setWaiting(true);
    try {
      // Only of a forget: the API describes its report as an object.
      const { remains = [] } = ((await action.act(name)) ?? {}) as { remains?: string[] };
      if (remains.length === 0) showToast(action.done(name));
      else showUnfinished(t.remains(name, remains.join('. ')));
      dropFinished(name);
      // "Back" leads to nobody.
      navigate('/people', { replace: true });
      await loadPeople();
    } catch (error) {
      showFault(error);
      onClose();
    }
  };
  return (
    <Dialog title={`${action.label}: ${isolated(name)}`} kind="narrow" onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <p>{action.text}</p>
        <label>
          {t.confirm(name)}
          <input
            dir="auto"
            value={typed}
            autocomplete="off"
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
        <button type="submit" class="danger" disabled={!isTyped || isWaiting}>
          {action.label}
        </button>
      </form>
    </Dialog>
  );
}
