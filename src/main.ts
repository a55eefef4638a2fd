#!/usr/bin/env node
import { Shutdown } from './cli/shutdown.js';

// Unless this is set before onnxruntime is loaded, it sends usage data to its vendor and writes an id of the machine into
// the user's cache folder. Nothing may leave the machine.
process.env.ORT_DISABLE_TELEMETRY = '1';

const shutdown = new Shutdown();
shutdown.install();

const { runCommandLine } = await import('./cli/program.js');
const exitCode = await runCommandLine(process.argv, shutdown);
process.exitCode ||= shutdown.exitCode(exitCode);
