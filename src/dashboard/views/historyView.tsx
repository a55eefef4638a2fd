import { useEffect } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { EmptyState } from '../parts/emptyState.js';
import { LongList } from '../parts/longList.js';
import {
  archive,
  filter,
  followFilter,
  isLoading,
  loadMore,
  queries,
  reloadArchive,
} from '../state/eventArchive.js';
import { fits, isEverything } from '../state/eventFilter.js';
import { feed } from '../state/feedConnection.js';
import { texts } from '../texts.js';
import { EventDialog } from './eventDialog.js';
import { EventRow } from './eventRow.js';
import { HistoryFilters } from './historyFilters.js';
import { VisitTimeline } from './visitTimeline.js';

const ROW_HEIGHT = 56;
const nearEnd = () => void loadMore();

/** Past events: filters, a timeline of visits, the list, and one event in detail. @param seq of the event that is open */
export function HistoryView({ seq }: { seq: number | null }) {
  const [, navigate] = useLocation();
  useEffect(followFilter, []);
  const { events, isAll, fault } = archive.value;
  return (
    <div class="history">
      <HistoryFilters />
      <VisitTimeline />
      <div class="events">
        <header class="events-head">
          <h2>{texts.history.events}</h2>
          {(events.length > 0 || isAll) && (
            <span class="muted">{texts.history.shown(events.length, isAll)}</span>
          )}
          <NewerEvents />
        </header>
        {fault !== null && (
          <p class="pad muted" role="status">
            {texts.fault(fault)}
          </p>
        )}
        {events.length === 0 && isLoading.value && <p class="pad muted late">{texts.loading}</p>}
        {events.length === 0 && !isLoading.value && isAll && (
          <EmptyState title={isEverything(filter.value) ? texts.history.none : texts.history.empty} />
        )}
        <LongList
          label={texts.history.events}
          count={events.length}
          rowHeight={ROW_HEIGHT}
          row={(index) => <EventRow event={events[index]} />}
          onNearEnd={nearEnd}
        />
      </div>
      {seq !== null && (
        <EventDialog key={seq} seq={seq} onClose={() => navigate('/history', { replace: true })} />
      )}
    </div>
  );
}

/** Events that have happened since: shown on demand, so that the list does not move while somebody reads it. */
function NewerEvents() {
  const { lastSeq, fault } = archive.value;
  if (isLoading.value || fault !== null) return null;
  const newer = feed.value.events.filter(({ seq }) => seq > lastSeq);
  const count = newer.filter((event) => queries.value.some((query) => fits(event, query))).length;
  if (count === 0) return null;
  return (
    <button type="button" class="quiet" onClick={() => void reloadArchive()}>
      {texts.history.newer(count)}
    </button>
  );
}
