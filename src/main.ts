#!/usr/bin/env node
import { Shutdown } from './shutdown.js';

const shutdown = new Shutdown();
shutdown.install();

const { runCommandLine } = await import('./cli/program.js');
const exitCode = await runCommandLine(process.argv, shutdown.signal);
process.exitCode ||= exitCode;
