import { Link } from 'wouter-preact';
import { dropLetter, listDeadLetters, resendLetter } from '../api/calls.js';
import { DataTable } from '../parts/dataTable.js';
import { Panel } from '../parts/panel.js';
import { useAnswer } from '../state/answer.js';
import { may } from '../state/ownSession.js';
import { momentOf } from '../state/times.js';
import { showFault, showToast } from '../state/toasts.js';
import { texts } from '../texts.js';

const t = texts.health;
const COLUMNS = [t.event, t.sink, t.time, t.reason, ''].map((title) => ({ title }));

/** Events that a webhook did not accept: sent again, or dropped. */
export function DeadLetterTable() {
  const { value, fault, reload } = useAnswer('letters', listDeadLetters);
  const letters = value ?? [];
  const act = async (action: Promise<unknown>, done: string) => {
    try {
      await action;
      showToast(done);
    } catch (error) {
      showFault(error);
    }
    await reload();
  };
  return (
    <Panel title={t.letters}>
      {letters.length === 0 ? (
        <p class="muted">{fault ? texts.fault(fault) : value ? t.noLetters : texts.loading}</p>
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
