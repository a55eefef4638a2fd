import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { Finished } from './cli.js';
import { root } from './paths.js';

const execute = promisify(execFile);

/** What a registry needs to be reached, and nothing else that npm passes to the scripts it runs. */
const OF_NPM = /^npm_(?!config_(registry|userconfig|globalconfig|cafile)$)/i;

/**
 * Somebody who has Node, npm, ffmpeg and spotter, and nothing else: an empty home folder, an empty folder for
 * temporary files, and an empty prefix for npm. All of it is in one folder, so that what is left behind shows.
 */
export class NewUser {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  /** Whether spotter is installed as a package; else it is a checkout that is set up. */
  readonly hasPackage: boolean;

  private constructor(folder: string, environment: NodeJS.ProcessEnv, hasPackage: boolean) {
    this.#folder = folder;
    this.#environment = environment;
    this.hasPackage = hasPackage;
  }

  /** Packs this checkout and installs that. @returns null where no registry answers, so that nothing can be installed */
  static async withPackage(): Promise<NewUser | null> {
    const user = await NewUser.#create(true);
    const ping = await user.#run(
      'npm',
      ['ping', '--fetch-retries', '0', '--fetch-timeout', '10000'],
      user.home,
    );
    if (ping.code !== 0) {
      user.remove();
      return null;
    }
    try {
      await user.#install();
      return user;
    } catch (error) {
      user.remove();
      throw error;
    }
  }

  /** Somebody who has this checkout. */
  static withCheckout(): Promise<NewUser> {
    return NewUser.#create(false);
  }

  static async #create(hasPackage: boolean): Promise<NewUser> {
    const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_NPM.test(name)));
    const setting = async (name: string) => {
      const { stdout } = await execute('npm', ['config', 'get', name], { cwd: tmpdir(), env: kept });
      return stdout.trim();
    };
    const folder = mkdtempSync(path.join(tmpdir(), 'spotter-new-user-'));
    const places = { HOME: path.join(folder, 'home'), TMPDIR: path.join(folder, 'tmp') };
    for (const place of [...Object.values(places), path.join(folder, 'prefix')]) mkdirSync(place);
    const environment = {
      ...kept,
      ...places,
      PATH: `${folder}/prefix/bin:${process.env.PATH}`,
      SPOTTER_HOME: undefined,
      npm_config_cache: await setting('cache'),
      npm_config_userconfig: await setting('userconfig'),
      npm_config_update_notifier: 'false',
    };
    return new NewUser(folder, environment, hasPackage);
  }

  /** The user's home folder, in which commands run. */
  get home(): string {
    return path.join(this.#folder, 'home');
  }

  async #install(): Promise<void> {
    await this.#must(['pack', '--pack-destination', this.home], root);
    const [file] = readdirSync(this.home).filter((name) => /^spotter-.*\.tgz$/.test(name));
    await this.#must(['install', '-g', '--prefix', this.#prefix, '--no-audit', '--no-fund', `./${file}`]);
    rmSync(path.join(this.home, file));
  }

  async uninstall(): Promise<void> {
    if (!this.hasPackage) return;
    await this.#must(['uninstall', '-g', '--prefix', this.#prefix, 'spotter-daemon']);
  }

  /** Runs the program to its end, in a folder relative to the home folder. */
  spotter(args: string[], folder = '.'): Promise<Finished> {
    const [program, ...first] = this.#program;
    return this.#run(program, [...first, ...args], path.join(this.home, folder));
  }

  /** Starts the program in a folder relative to the home folder. Ends with the test. */
  start(args: string[], folder: string): ChildProcess {
    const cwd = path.join(this.home, folder);
    const [program, ...first] = this.#program;
    const child = spawn(program, [...first, ...args], {
      cwd,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  }

  /** Path of something in the installed package. */
  inPackage(name: string): string {
    return path.join(this.#prefix, 'lib/node_modules/spotter-daemon', name);
  }

  /** Every file and link of this user, but those below the given folders. */
  filesOutside(...folders: string[]): string[] {
    return readdirSync(this.#folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => !folders.some((folder) => file.startsWith(`${folder}${path.sep}`)))
      .map((file) => path.relative(this.#folder, file));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #program(): [string, ...string[]] {
    return this.hasPackage
      ? [path.join(this.#prefix, 'bin/spotter')]
      : [process.execPath, path.join(root, 'dist/src/main.js')];
  }

  get #prefix(): string {
    return path.join(this.#folder, 'prefix');
  }

  async #must(args: string[], cwd = this.home): Promise<void> {
    const { code, stderr } = await this.#run('npm', args, cwd);
    if (code !== 0) throw new Error(`npm ${args.join(' ')} failed: ${stderr}`);
  }

  async #run(command: string, args: string[], cwd: string): Promise<Finished> {
    const options = { cwd, env: this.#environment, maxBuffer: 64 << 20 };
    try {
      return { code: 0, signal: null, ...(await execute(command, args, options)) };
    } catch (error) {
      const { code, signal = null, stdout, stderr } = error as Finished;
      if (typeof code !== 'number' && signal === null) throw error;
      return { code, signal, stdout, stderr };
    }
  }
}
