#!/usr/bin/env node
// Plain JavaScript for any Node: newer syntax is loaded only after the version is known to be enough. CommonJS (package.json beside
// it): an ES module uses Node's threads before their number can be set.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 17)) {
  process.stderr.write(`clinicmaster-cdc needs Node.js 20.17 or newer; this is ${process.versions.node}.\n`);
  process.exitCode = 2;
} else {
  // Where no name server answers, the C library asks each twice for 5 s, Node asks for two names at a time, and no program ends while
  // it asks: a look at four names would last 20 s. Both are read once, before the first name is asked for.
  process.env.RES_OPTIONS ??= 'timeout:2 attempts:2';
  process.env.UV_THREADPOOL_SIZE ??= '16';
  import('../dist/cli.js').then((cli) => cli.main()).then(end);
}

// What was given up (a name that nobody resolves, a connection that nobody answers) can keep Node alive for minutes. Once the
// answer is written, the program waits for none of it.
function end() {
  process.stdout.write('', () =>
    process.stderr.write('', () => setTimeout(() => process.exit(), 200).unref()),
  );
}
