#!/usr/bin/env node
import { Shutdown } from './cli/shutdown.js';

// onnxruntime sends usage data to its makers and writes an id of the machine into the user's cache folder unless this
// is set before it is loaded. Faces are watched on one's own machine: nothing leaves it.
process.env.ORT_DISABLE_TELEMETRY = '1';

const shutdown = new Shutdown();
shutdown.install();

const { runCommandLine } = await import('./cli/program.js');
const exitCode = await runCommandLine(process.argv, shutdown.signal);
process.exitCode ||= exitCode;
