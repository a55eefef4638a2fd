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

/** Asks the daemon who looks. @throws RequestFault when it does not answer */
export async function loadSession(): Promise<void> {
  session.value = await fetchSession();
}

export async function signOut(): Promise<void> {
  await endSession();
  await loadSession();
}

whenSignedOut(() => {
  if (session.value?.caller) session.value = { ...session.value, caller: null };
});
