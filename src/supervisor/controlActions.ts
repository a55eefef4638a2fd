import type { EventLog } from '../events/log/eventLog.js';
import type { ControlViews } from '../http/controlRoutes.js';
import type { Forgetting } from './forgetting.js';
import type { LetterActions } from './letterActions.js';
import { copyIntoFolder } from './logCopies.js';

/** What programs with the token of the control file may ask the daemon for. */
export function controlActions(options: {
  forgetting: Pick<Forgetting, 'forget'>;
  letters: LetterActions;
  log: Pick<EventLog, 'copyTo'>;
  data: string;
}): ControlViews {
  const { forgetting, letters, log, data } = options;
  return {
    forget: (name) => forgetting.forget(name),
    resend: (number) => letters.resend(number),
    drop: (number) => letters.drop(number),
    copyLog: async () => ({ folder: await copyIntoFolder(data, (target) => log.copyTo(target)) }),
  };
}
