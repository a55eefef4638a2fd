import type { Sink } from '../api/model.js';
import { Panel } from '../parts/panel.js';
import { texts } from '../texts.js';

const t = texts.health;

/** Webhooks and the broker: whether they take events. */
export function SinkTable({ sinks }: { sinks: readonly Sink[] }) {
  return (
    <Panel title={t.sinks}>
      {sinks.length === 0 ? (
        <p class="muted">{t.noSinks}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t.sink}</th>
              <th scope="col">{t.state}</th>
              <th scope="col" class="number">
                {t.lag}
              </th>
              <th scope="col" class="number">
                {t.delivered}
              </th>
            </tr>
          </thead>
          <tbody>
            {sinks.map(({ name, up, problem, lag, delivered }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  <span class={`dot ${up ? 'is-live' : 'is-unreachable'}`} aria-hidden="true" />{' '}
                  {up ? t.up : t.down}
                  {problem !== null && <small class="muted">{problem}</small>}
                </td>
                <td class="number">{lag}</td>
                <td class="number">{delivered}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
