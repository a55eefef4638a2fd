// Runs when the package is installed, before the install scripts of what it depends on: see docs/decisions/0018-install-scripts.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const ADDED = `// Added by spotter: CUDA libraries are downloaded only when they are asked for.
if (!process.env.npm_config_onnxruntime_node_install && !process.argv.some((one) => one.includes('onnxruntime-node-install')))
  process.env.ONNXRUNTIME_NODE_INSTALL ||= process.env.ONNXRUNTIME_NODE_INSTALL_CUDA ? '' : 'skip';
`;

try {
  const script = createRequire(import.meta.url).resolve('onnxruntime-node/script/install.js');
  const text = readFileSync(script, 'utf8');
  if (!text.includes(ADDED)) writeFileSync(script, `${ADDED}${text}`);
} catch {
  // Not there yet, or not ours to change: then its script does what it does for everybody.
}
