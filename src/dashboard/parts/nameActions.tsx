import type { SpotterEvent, Verdict } from '../api/model.js';
import { isInMemory } from '../state/facesInMemory.js';
import { nameOf } from '../state/household.js';
import { asking, withdrawName } from '../state/naming.js';
import { may } from '../state/ownSession.js';
import { texts } from '../texts.js';

/** "Who is this?" for a face without a name, "Not Alice" for one with a name. */
export function NameActions({ event, verdict }: { event: SpotterEvent; verdict: Verdict | null }) {
  const { track, seq, person } = event;
  if (track === null || !may('people:write')) return null;
  if (verdict === 'known' && person !== null)
    return (
      <button type="button" class="quiet not" onClick={() => withdrawName(seq, person)}>
        {texts.naming.not(event.displayName ?? nameOf(person))}
      </button>
    );
  if (verdict !== 'unknown' && verdict !== 'ambiguous') return null;
  // Without a picture there is nothing to enrol.
  if (event.snapshot === null && !isInMemory(track, seq)) return null;
  return (
    <button
      type="button"
      class="who"
      onClick={() => {
        asking.value = [{ track, seq }];
      }}
    >
      {texts.naming.who}
    </button>
  );
}
