import type { SpotterEvent } from '../api/model.js';
import { Icon } from '../parts/icon.js';
import { checkLine } from '../state/checkLines.js';
import { texts } from '../texts.js';

const t = texts.detail;

/** Every number behind a verdict, in plain words. */
export function CheckTable({ event: { explain } }: { event: SpotterEvent }) {
  if (explain === null || explain === undefined) return <p class="muted">{t.noWhy}</p>;
  return (
    <>
      <table class="checks">
        <tbody>
          {explain.checks.map(checkLine).map(({ label, meaning, value, needs, passed }) => (
            <tr key={label} class={passed ? 'is-passed' : 'is-failed'}>
              <td>
                <Icon name={passed ? 'check' : 'close'} />
                <span class="unseen">{passed ? t.passed : t.failed}</span>
              </td>
              <th scope="row">
                {label}
                <small class="muted">{meaning}</small>
              </th>
              <td class="number">
                {value}
                {needs !== null && <small class="muted">{t.needs(needs)}</small>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">{t.looks(explain.looks, explain.usable)}</p>
    </>
  );
}
