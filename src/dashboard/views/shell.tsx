import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import type { Scope } from '../api/model.js';
import { focusMain } from '../parts/focusMain.js';
import { Icon, type IconName } from '../parts/icon.js';
import { now } from '../state/clockTick.js';
import { isOnline, offlineSince } from '../state/feedConnection.js';
import { forgets } from '../state/forgotten.js';
import { may, session, signOut } from '../state/ownSession.js';
import { nextTheme, theme } from '../state/theme.js';
import { clockOf, lengthOf } from '../state/times.js';
import { showFault } from '../state/toasts.js';
import { texts } from '../texts.js';

const VIEWS: { path: string; name: IconName & keyof typeof texts.nav; scope: Scope }[] = [
  { path: '/', name: 'live', scope: 'cameras:read' },
  { path: '/history', name: 'history', scope: 'events:read' },
  { path: '/people', name: 'people', scope: 'people:read' },
  { path: '/health', name: 'health', scope: 'service:read' },
];

/** What surrounds each view: its choice, the connection, theme and sign-out. */
export function Shell({ children }: { children: ComponentChildren }) {
  const [location] = useLocation();
  const current = VIEWS.find(({ path }) => path !== '/' && location.startsWith(path)) ?? VIEWS[0];
  // An event opens above the history.
  const place = location.startsWith('/history') ? '/history' : location;
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${texts.nav[current.name]} · ${texts.product}`;
    // Not when the page opens.
    if (!isFirst.current) focusMain();
    isFirst.current = false;
  }, [place, forgets.value]);
  return (
    <>
      <button type="button" class="skip" onClick={focusMain}>
        {texts.skip}
      </button>
      <header class="top">
        <span class="brand">
          <img src="./icon.svg" alt="" width="22" height="22" />
          {texts.product}
        </span>
        <nav aria-label={texts.nav.label}>
          {VIEWS.filter(({ scope }) => may(scope)).map(({ path, name }) => (
            <Link key={path} href={path} aria-current={name === current.name ? 'page' : undefined}>
              <Icon name={name} />
              <span>{texts.nav[name]}</span>
            </Link>
          ))}
        </nav>
        <span class="top-end">
          <Connection />
          <button
            type="button"
            class="quiet square"
            aria-label={texts.theme[theme.value]}
            title={texts.theme[theme.value]}
            onClick={nextTheme}
          >
            <Icon name="theme" />
          </button>
          <SignOut />
        </span>
      </header>
      <OfflineBanner />
      <main id="main" tabIndex={-1}>
        <h1 class="unseen">{texts.nav[current.name]}</h1>
        {children}
      </main>
    </>
  );
}

function Connection() {
  if (offlineSince.value !== null) return null;
  return (
    <span class="connection">
      <span class={`dot is-${isOnline.value ? 'live' : 'connecting'}`} aria-hidden="true" />
      <span>{isOnline.value ? texts.connection.online : texts.connection.connecting}</span>
    </span>
  );
}

function OfflineBanner() {
  const since = offlineSince.value;
  return (
    <div role="alert">
      {since !== null && (
        <p class="offline">
          {texts.connection.offline(clockOf(since))}{' '}
          <span aria-hidden="true">{lengthOf(now.value - since)}</span>
        </p>
      )}
    </div>
  );
}

function SignOut() {
  const { signIn, caller } = session.value ?? {};
  if (signIn === 'none' || !caller?.name) return null;
  const who = texts.signIn.signedInAs(caller.name, caller.role);
  return (
    <>
      <span class="muted who-am-i">{who}</span>
      {signIn === 'password' && (
        <button
          type="button"
          class="quiet square"
          aria-label={texts.signIn.signOut}
          title={texts.signIn.signOut}
          onClick={() => signOut().catch(showFault)}
        >
          <Icon name="out" />
        </button>
      )}
    </>
  );
}
