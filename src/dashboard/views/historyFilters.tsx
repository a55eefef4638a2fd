import type { ComponentChildren } from 'preact';
import { useLocation } from 'wouter-preact';
import { filter } from '../state/eventArchive.js';
import { EVERYTHING, type EventFilter, isEverything, KINDS } from '../state/eventFilter.js';
import { cameras } from '../state/household.js';
import { everybody } from '../state/pastPeople.js';
import { FIRST_DAY } from '../state/times.js';
import { texts } from '../texts.js';

const t = texts.history;

/** What to show: every field changes the list at once. A number opens that event. */
export function HistoryFilters() {
  const [, navigate] = useLocation();
  const value = filter.value;
  const set = (change: Partial<EventFilter>) => {
    filter.value = { ...filter.value, ...change };
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const number = value.search.trim();
    if (/^\d+$/.test(number)) navigate(`/history/${number}`);
  };
  return (
    <search>
      <form class="filters" aria-label={t.filters} onSubmit={submit}>
        <input
          type="search"
          dir="auto"
          aria-label={t.search}
          placeholder={t.searchHint}
          value={value.search}
          onInput={({ currentTarget }) => set({ search: currentTarget.value })}
        />
        <Choice label={t.person} value={value.person} onChange={(person) => set({ person })}>
          {everybody.value.map(({ name, displayName }) => (
            <option key={name} value={name}>
              {displayName ?? name}
            </option>
          ))}
        </Choice>
        <Choice label={t.camera} value={value.camera} onChange={(camera) => set({ camera })}>
          {cameras.value?.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Choice>
        <Choice label={t.kind} value={value.kind} onChange={(kind) => set({ kind })}>
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {t.kinds[kind]}
            </option>
          ))}
        </Choice>
        <Choice
          label={t.reviewed}
          value={value.reviewed}
          onChange={(reviewed) => set({ reviewed: reviewed as EventFilter['reviewed'] })}
        >
          <option value="no">{t.no}</option>
          <option value="yes">{t.yes}</option>
        </Choice>
        <input
          type="date"
          aria-label={t.day}
          value={value.day}
          min={FIRST_DAY}
          max="9999-12-31"
          onChange={({ currentTarget: { value: day } }) => (day === '' || day >= FIRST_DAY) && set({ day })}
        />
        <button type="button" class="quiet" disabled={isEverything(value)} onClick={() => set(EVERYTHING)}>
          {t.reset}
        </button>
      </form>
    </search>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ComponentChildren;
}

function Choice({ label, value, onChange, children }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      class={value === '' ? '' : 'is-set'}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    >
      <option value="">{`${label}: ${t.any.toLowerCase()}`}</option>
      {children}
    </select>
  );
}
