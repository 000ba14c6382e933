#!/usr/bin/env node
// The way in for `npm test`, `npm run demo`, `npm run sandbox` and `npm run bench` on a fresh clone: plain JavaScript
// and no packages, because it is what installs them.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));
const ENTRIES = {
  demo: 'sandbox/src/demo/main.ts',
  test: 'sandbox/src/test-run.ts',
  sandbox: 'sandbox/src/cli.ts',
  bench: 'bench/main.ts',
};

const [what, ...args] = process.argv.slice(2);
const entry = ENTRIES[what];
if (entry === undefined) fail(`Usage: node sandbox/run.mjs ${Object.keys(ENTRIES).join('|')} [options]`, 2);

const needed = readJson('package.json').engines.node.replace('>=', '');
if (isOlder(process.versions.node, needed)) {
  fail(`Node.js ${needed} or newer is needed, and this is ${process.versions.node}.`, 2);
}
if (!packagesAreCurrent()) await installPackages();

process.chdir(PROJECT);
process.argv = [process.argv[0], join(PROJECT, entry), ...args];
const { register } = await import('tsx/esm/api');
register();
await import(pathToFileURL(join(PROJECT, entry)).href);

function isOlder(version, limit) {
  const [a, b] = [version, limit].map((text) => text.split('.').map(Number));
  return a[0] !== b[0] ? a[0] < b[0] : a[1] < b[1];
}

/** Whether node_modules holds what package-lock.json names. Times tell nothing: git sets them to those of the checkout. */
function packagesAreCurrent() {
  if (!existsSync(join(PROJECT, 'node_modules/.package-lock.json'))) return false;
  const wanted = readJson('package-lock.json').packages;
  const present = readJson('node_modules/.package-lock.json').packages;
  return Object.entries(wanted).every(([path, { integrity, optional, link }]) => {
    if (!path.startsWith('node_modules/') || link) return true;
    return present[path] === undefined ? optional === true : present[path].integrity === integrity;
  });
}

/** `npm ci`, which is silent without a terminal: a line now and then says that it is alive. */
function installPackages() {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  process.stdout.write('  Install the npm packages (npm ci) …\n');
  const remind = setInterval(() => process.stdout.write(`    ${seconds()} s\n`), 15_000);
  const npm = process.env.npm_execpath;
  const [program, argv] = npm?.endsWith('.js') ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  const child = spawn(program, argv, {
    cwd: PROJECT,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32' && program === 'npm',
  });
  return new Promise((resolve) => {
    child.once('error', (error) => fail(`npm could not be started: ${error.message}`, 3));
    child.once('exit', (code) => {
      clearInterval(remind);
      if (code !== 0) fail(`npm ci failed (exit code ${code}); its words are above.`, 3);
      process.stdout.write(`✓ Install the npm packages (${seconds()} s)\n`);
      resolve();
    });
  });
}

function readJson(path) {
  return JSON.parse(readFileSync(join(PROJECT, path), 'utf8'));
}

function fail(sentence, code) {
  process.stderr.write(`${sentence}\n`);
  process.exit(code);
}
