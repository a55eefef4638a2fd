import type { EventLog } from '../events/log/eventLog.js';
import type { ControlViews } from '../http/controlRoutes.js';
import type { Forgetting } from './forgetting.js';
import type { LetterActions } from './letterActions.js';
import { copyIntoFolder } from './logCopies.js';

/** The parts of the daemon that act. */
export interface ControlSources {
  forgetting: Pick<Forgetting, 'forget'>;
  letters: LetterActions;
  log: Pick<EventLog, 'copyTo'>;
  /** Where copies of the log go. */
  data: string;
}

/** What changes the state of the daemon. */
export function controlActions({ forgetting, letters, log, data }: ControlSources): ControlViews {
  return {
    forget: (name) => forgetting.forget(name),
    resend: (number) => letters.resend(number),
    drop: (number) => letters.drop(number),
    copyLog: async () => ({ folder: await copyIntoFolder(data, (target) => log.copyTo(target)) }),
  };
}
