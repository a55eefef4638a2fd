import { useState } from 'preact/hooks';
import { signIn } from '../api/calls.js';
import { session } from '../state/ownSession.js';
import { texts } from '../texts.js';

/** Name and password, or where to sign in instead. */
export function SignInView() {
  const [fault, setFault] = useState<string | null>(null);
  const [isWaiting, setWaiting] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    setWaiting(true);
    setFault(null);
    try {
      session.value = await signIn(String(fields.get('name')), String(fields.get('password')));
    } catch (error) {
      setFault(texts.fault(error));
    } finally {
      setWaiting(false);
    }
  };
  // Where nobody has to sign in, only a proxy keeps somebody out, and no password helps.
  const elsewhere = { none: texts.signIn.unknownProxy, proxy: texts.signIn.proxy, password: null }[
    session.value?.signIn ?? 'password'
  ];
  return (
    <main class="sign-in">
      <h1>
        <img src="./icon.svg" alt="" width="28" height="28" />
        {texts.product}
      </h1>
      {elsewhere !== null ? (
        <p>{elsewhere}</p>
      ) : (
        <form onSubmit={submit}>
          <label>
            {texts.signIn.name}
            <input name="name" autocomplete="username" required />
          </label>
          <label>
            {texts.signIn.password}
            <input name="password" type="password" autocomplete="current-password" required />
          </label>
          <p class="form-fault" role="alert">
            {fault}
          </p>
          <button type="submit" class="primary" disabled={isWaiting}>
            {texts.signIn.submit}
          </button>
          <p class="muted">{texts.signIn.hint}</p>
        </form>
      )}
    </main>
  );
}
