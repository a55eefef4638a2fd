import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished, type TestContext } from 'vitest';
import { temporaryFolder } from './temporary.js';

/** Receives datagrams as systemd does; a barrier is answered by closing its descriptor. */
const SCRIPT = `
import array, os, socket, sys
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(sys.argv[1])
print('bound', flush=True)
while True:
    data, extra, _, _ = server.recvmsg(65536, socket.CMSG_SPACE(64))
    for level, kind, payload in extra:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds = array.array('i'); fds.frombytes(payload[:len(payload) - len(payload) % fds.itemsize])
            for fd in fds: os.close(fd)
    for line in data.decode().splitlines(): print(line, flush=True)
`;

/** Skips the test with the reason where the system has no systemd-notify. */
export function needSystemdNotify(context: TestContext): void {
  const { error } = spawnSync('systemd-notify', ['--version'], { stdio: 'ignore' });
  if (error) context.skip('needs systemd-notify (Debian: systemd)');
}

/** A socket of a service manager, and its messages without barriers, in order. */
export async function notifySocket(): Promise<{
  file: string;
  message: (line: string) => Promise<void>;
  seen: string[];
}> {
  const file = path.join(temporaryFolder(), 'notify');
  const child = spawn('python3', ['-c', SCRIPT, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const seen: string[] = [];
  const waiting = new Set<() => void>();
  const lines = createInterface({ input: child.stdout });
  const bound = new Promise<void>((resolve) => lines.once('line', () => resolve()));
  await bound;
  lines.on('line', (line) => {
    if (line !== 'BARRIER=1') seen.push(line);
    for (const wake of waiting) wake();
  });
  const message = (line: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!seen.includes(line)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { file, message, seen };
}
