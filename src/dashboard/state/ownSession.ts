import { computed, signal } from '@preact/signals';
import { signOut as endSession, fetchSession } from '../api/calls.js';
import type { Scope, Session } from '../api/model.js';
import { whenSignedOut } from '../api/transport.js';

/** Who looks at the page; null until the daemon has answered. */
export const session = signal<Session | null>(null);

/** Whether the page can show something: nobody has to sign in first. */
export const isSignedIn = computed(() => session.value !== null && session.value.caller !== null);

/** Whether who looks may do something, such as `people:write`. */
export function may(scope: Scope): boolean {
  return session.value?.caller?.scopes.includes(scope) ?? false;
}

/**
 * Asks the daemon who looks. When nobody is signed in any more, the page starts over, so that nothing of what was shown stays for
 * whoever signs in next.
 *
 * @throws RequestFault when it does not answer
 */
export async function loadSession(): Promise<void> {
  const wasSignedIn = isSignedIn.value;
  session.value = await fetchSession();
  if (wasSignedIn && !isSignedIn.value) location.reload();
}

export async function signOut(): Promise<void> {
  await endSession();
  await loadSession();
}

whenSignedOut(async () => {
  // Otherwise it is a sign-in that failed.
  if (isSignedIn.value) await loadSession().catch(() => {});
});
