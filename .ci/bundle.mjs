// Bundles the compiled modules in build/ into dist/: a few files load in less time than one per module. Packages of JavaScript alone are
// bundled, too, with their licences. What Node starts by its path, and what other programs import, is an entry and keeps its name.
// Usage: node .ci/bundle.mjs
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const entries = [
  'src/main',
  'src/engine/main',
  'src/compute/trialMain',
  'src/gallery/auditEntry',
  'src/worker/entry',
  'src/worker/deviceEntry',
  'src/events/published',
  'bench/logServer',
  'bench/pairMain',
  'bench/clusterCrowd',
];

/** Packages with native code, or with files that they read beside their own. */
const external = [
  '@fastify/swagger-ui',
  'cli-progress',
  'fluent-ffmpeg',
  'libsql',
  'onnxruntime-node',
  'pino',
  'pino-pretty',
  'piscina',
  'sharp',
];

const isExternal = (id) => external.some((name) => id === name || id.startsWith(`${name}/`));

/** Folder of the package that a module is from; null for one of ours. */
function packageOf(module) {
  const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module.replaceAll('\\', '/')) ?? [];
  return folder ?? null;
}

const require = createRequire(import.meta.url);

function licenceOf(folder) {
  const { name, version, license, author } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice)/i.test(file))
    .map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  if (texts.length === 0) {
    if (author) texts.push(`Copyright ${author.name ?? author}`);
    texts.push(
      ...license
        .match(/[\w.-]+/g)
        .filter((id) => id !== 'AND')
        .map(commonText),
    );
  }
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}

/** The text of a licence as SPDX has it, for a package that does not bring it. @throws for an id that SPDX does not have */
function commonText(id) {
  return require(`spdx-license-list/licenses/${id}.json`).licenseText.trim();
}

/** Writes the licences of the packages that are in the bundles. */
const licences = {
  name: 'licences',
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap(({ moduleIds }) => moduleIds ?? []);
    const folders = [...new Set(modules.map(packageOf))]
      .filter((folder) => folder && existsSync(folder))
      .sort();
    const source = `${folders.map(licenceOf).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
    this.emitFile({ type: 'asset', fileName: 'src/licences.txt', source });
  },
};

await build({
  input: Object.fromEntries(entries.map((name) => [name, path.join(root, 'build', `${name}.js`)])),
  platform: 'node',
  external: isExternal,
  plugins: [licences],
  output: {
    dir: path.join(root, 'dist'),
    entryFileNames: '[name].js',
    chunkFileNames: 'src/chunks/[name]-[hash].js',
  },
});
