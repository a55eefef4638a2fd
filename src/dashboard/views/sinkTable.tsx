import type { Sink } from '../api/model.js';
import { DataTable } from '../parts/dataTable.js';
import { Panel } from '../parts/panel.js';
import { texts } from '../texts.js';

const t = texts.health;
const COLUMNS = [
  { title: t.sink },
  { title: t.state },
  { title: t.lag, isNumber: true },
  { title: t.delivered, isNumber: true },
];

/** Webhooks and the broker: whether they take events. */
export function SinkTable({ sinks }: { sinks: readonly Sink[] }) {
  return (
    <Panel title={t.sinks}>
      {sinks.length === 0 ? (
        <p class="muted">{t.noSinks}</p>
      ) : (
        <DataTable
          columns={COLUMNS}
          rows={sinks.map((sink) => ({
            key: sink.name,
            cells: [sink.name, <State key={sink.name} sink={sink} />, sink.lag, sink.delivered],
          }))}
        />
      )}
    </Panel>
  );
}

function State({ sink: { up, problem } }: { sink: Sink }) {
  return (
    <>
      <span class={`dot ${up ? 'is-live' : 'is-unreachable'}`} aria-hidden="true" /> {up ? t.up : t.down}
      {problem !== null && <small class="muted">{problem}</small>}
    </>
  );
}
