import { useEffect, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { dropLetter, listDeadLetters, resendLetter } from '../api/calls.js';
import type { DeadLetter } from '../api/model.js';
import { Panel } from '../parts/panel.js';
import { may } from '../state/ownSession.js';
import { momentOf } from '../state/times.js';
import { showFault, showToast } from '../state/toasts.js';
import { texts } from '../texts.js';

const t = texts.health;

/** Events that a webhook did not accept: sent again, or dropped. */
export function DeadLetterTable() {
  const [letters, setLetters] = useState<readonly DeadLetter[]>([]);
  const load = () => listDeadLetters().then(setLetters, showFault);
  useEffect(() => void load(), []);
  const act = async (action: Promise<unknown>, done: string) => {
    try {
      await action;
      showToast(done);
    } catch (error) {
      showFault(error);
    }
    await load();
  };
  return (
    <Panel title={t.letters}>
      {letters.length === 0 ? (
        <p class="muted">{t.noLetters}</p>
      ) : (
        <table>
          <thead>
            <tr>
              {[t.event, t.sink, t.time, t.reason].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {letters.map(({ number, sink, seq, reason, at }) => (
              <tr key={number}>
                <td>
                  <Link href={`/history/${seq}`}>{seq}</Link>
                </td>
                <td>{sink}</td>
                <td>{momentOf(at)}</td>
                <td>{reason}</td>
                <td class="row">
                  {may('service:write') && (
                    <>
                      <button type="button" class="quiet" onClick={() => act(resendLetter(number), t.resent)}>
                        {t.resend}
                      </button>
                      <button
                        type="button"
                        class="quiet"
                        onClick={() => act(dropLetter(number), t.droppedLetter)}
                      >
                        {t.dropLetter}
                      </button>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
