// Bundles the CLI into dist/: one entry, one chunk for each heavy library, nothing to install beside it.
import { readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';

/**
 * Libraries that dockerode asks for and this program never uses: docker over ssh (native add-ons) and BuildKit sessions.
 * Azure logins of mssql are not wanted either: a hospital's SQL Server knows SQL logins.
 */
const UNUSED = /^(ssh2|cpu-features|@grpc\/grpc-js|@grpc\/proto-loader|@azure\/.*|pg-native)$/;

const leaveOut = {
  name: 'leave-out',
  setup(bundle) {
    bundle.onResolve({ filter: UNUSED }, ({ path }) => ({ path, namespace: 'left-out' }));
    bundle.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({
      contents: 'module.exports = {};',
      loader: 'js',
    }));
  },
};

const result = await build({
  entryPoints: ['src/cli.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.17',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  chunkNames: 'chunks/[name]-[hash]',
  // CommonJS libraries call require(); an ES module has none.
  banner: {
    js: "import{createRequire as $createRequire}from'node:module';const require=$createRequire(import.meta.url);",
  },
  plugins: [leaveOut],
});

// What an earlier build left is removed last: a program that is running from dist/ finds its chunks until then.
const written = new Set(Object.keys(result.metafile.outputs).map((file) => relative('dist', file)));
for (const file of await readdir('dist', { recursive: true, withFileTypes: true })) {
  const path = join(file.parentPath ?? file.path, file.name);
  if (file.isFile() && !written.has(relative('dist', path))) await rm(path);
}

const bytes = Object.values(result.metafile.outputs).reduce((sum, { bytes: size }) => sum + size, 0);
process.stdout.write(
  `dist: ${Object.keys(result.metafile.outputs).length} files, ${(bytes / 1e6).toFixed(2)} MB\n`,
);
