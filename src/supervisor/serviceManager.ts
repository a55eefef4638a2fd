import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describeError, hasErrno } from '../core/errors.js';

/** Sends the messages: Node has no datagram sockets for paths, and every systemd comes with this program. */
const PROGRAM = 'systemd-notify';
/** Messages in one call of the program end after this, ms. */
const SEND_MS = 5000;

/**
 * Reports to the service manager that has started the process (systemd, `Type=notify`): ready, alive, stopping. Without one,
 * nothing happens.
 */
export class ServiceManager {
  readonly #socket: string | null;
  /** Between two signs of life, ms; null: none are wanted. */
  readonly #everyMs: number | null;
  readonly #onFault: (sentence: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #isSending = false;
  #isStopping = false;
  #hasFailed = false;

  /**
   * @param environment has NOTIFY_SOCKET and WATCHDOG_USEC, which are taken out: they are not meant for child processes
   * @param onFault called once, with one sentence, when a message cannot be sent
   */
  constructor(environment: NodeJS.ProcessEnv, onFault: (sentence: string) => void) {
    const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdog, WATCHDOG_PID: pid } = environment;
    for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete environment[name];
    this.#socket = socket || null;
    const isForUs = pid === undefined || Number(pid) === process.pid;
    this.#everyMs = isForUs && Number(watchdog) > 0 ? Number(watchdog) / 2000 : null;
    this.#onFault = onFault;
  }

  /** The service is up. From now on, a sign of life is sent twice per time limit. @param status one line for its owner */
  ready(status: string): void {
    this.#send('READY=1', `STATUS=${status}`);
    if (this.#socket === null || this.#everyMs === null) return;
    // The event loop that runs this timer also serves HTTP and hears of the engine's death.
    this.#timer = setInterval(() => {
      if (!this.#isSending) this.#send('WATCHDOG=1');
    }, this.#everyMs).unref();
  }

  /** The service ends. Safe to call twice. */
  stopping(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#send('STOPPING=1');
  }

  /** No more signs of life. Resolves when the last message is sent. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
  }

  #send(...messages: string[]): void {
    if (this.#socket === null) return;
    const socket = this.#socket;
    this.#isSending = true;
    this.#sending = this.#sending.then(async () => {
      try {
        await run(socket, messages);
      } catch (error) {
        if (!this.#hasFailed) this.#onFault(faultOf(error));
        this.#hasFailed = true;
      }
      this.#isSending = false;
    });
  }
}

async function run(socket: string, messages: readonly string[]): Promise<void> {
  const child = spawn(PROGRAM, messages, {
    env: { ...process.env, NOTIFY_SOCKET: socket },
    stdio: 'ignore',
    timeout: SEND_MS,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${PROGRAM} ended with code ${code}`);
}

function faultOf(error: unknown): string {
  const why = hasErrno(error, 'ENOENT')
    ? `${PROGRAM} was not found; install systemd's programs`
    : describeError(error);
  return `cannot report to the service manager: ${why}, or use Type=exec without WatchdogSec in the unit`;
}
