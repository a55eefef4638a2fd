import { useEffect, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { dropLetter, listDeadLetters, resendLetter } from '../api/calls.js';
import type { DeadLetter } from '../api/model.js';
import { DataTable } from '../parts/dataTable.js';
import { Panel } from '../parts/panel.js';
import { may } from '../state/ownSession.js';
import { momentOf } from '../state/times.js';
import { showFault, showToast } from '../state/toasts.js';
import { texts } from '../texts.js';

const t = texts.health;
const COLUMNS = [t.event, t.sink, t.time, t.reason, ''].map((title) => ({ title }));

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
        <DataTable
          columns={COLUMNS}
          rows={letters.map(({ number, sink, seq, reason, at }) => ({
            key: number,
            cells: [
              <Link key={seq} href={`/history/${seq}`}>
                {seq}
              </Link>,
              sink,
              momentOf(at),
              reason,
              may('service:write') && (
                <span key={number} class="row">
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
                </span>
              ),
            ],
          }))}
        />
      )}
    </Panel>
  );
}
