#!/usr/bin/env node
// Plain JavaScript for any Node: newer syntax is loaded only after the version is known to be enough.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 17)) {
  process.stderr.write(`clinicmaster-cdc needs Node.js 20.17 or newer; this is ${process.versions.node}.\n`);
  process.exitCode = 2;
} else {
  import('../dist/cli.js').then((cli) => cli.main());
}
