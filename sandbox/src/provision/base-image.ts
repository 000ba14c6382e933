import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { execa } from 'execa';
import { readJsonStream, transferProgress } from '../../../src/adapters/docker-stream.ts';
import { transferText } from '../../../src/install/image/transfer-text.ts';
import { BASE_IMAGE, PUBLIC_BASE_IMAGE } from '../names.ts';
import { type Report, step } from '../progress.ts';
import { SandboxError } from '../sandbox-error.ts';
import { docker, inspectImage } from './docker.ts';
import { installPackages, withLines } from './packages.ts';

const SUITE = 'bookworm';
/** A registry that says nothing for so long is taken for unreachable. */
const SILENCE_MS = 20_000;

/**
 * The image that all of ours start from: the public one where it is present or a registry gives it, else one made
 * here from Debian's packages, once.
 * @returns its name
 * @throws SandboxError where neither is possible
 */
export async function ensureBaseImage(): Promise<string> {
  for (const name of [BASE_IMAGE, PUBLIC_BASE_IMAGE]) {
    if ((await inspectImage(name)) !== undefined) return name;
  }
  const pulled = await step(`Look for ${PUBLIC_BASE_IMAGE} in the registry`, pull);
  if (pulled) return PUBLIC_BASE_IMAGE;
  if (process.getuid?.() !== 0) {
    throw new SandboxError(
      `No registry gives ${PUBLIC_BASE_IMAGE}, and only root can make a base image here. ` +
        `Load one (docker load), or run this command as root.`,
    );
  }
  await step(`Make the base image from Debian's packages (no registry answers)`, make);
  return BASE_IMAGE;
}

async function pull(report: Report): Promise<boolean> {
  const abort = new AbortController();
  let silence = setTimeout(() => abort.abort(), SILENCE_MS);
  const progress = transferProgress();
  const text = transferText(() => Date.now());
  try {
    const stream = await docker.pull(PUBLIC_BASE_IMAGE, { abortSignal: abort.signal });
    await readJsonStream(Readable.from(stream), (message) => {
      clearTimeout(silence);
      silence = setTimeout(() => abort.abort(), SILENCE_MS);
      report(text(progress(message)));
    });
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(silence);
  }
}

async function make(report: Report): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'clinicmaster-cdc-base-'));
  const root = join(work, 'root');
  try {
    const installed = await execa('debootstrap', ['--version'], { reject: false });
    if (installed.failed) await installPackages(['debootstrap', 'debian-archive-keyring'], report);
    const mirror = await configuredMirror();
    await withLines('debootstrap', ['--variant=minbase', SUITE, root, ...mirror], report);
    await slim(root);
    await importRoot(root);
  } catch (error) {
    if (error instanceof SandboxError) throw error;
    const lines = String((error as { all?: string }).all ?? error)
      .trim()
      .split('\n');
    throw new SandboxError(`The base image could not be made:\n${lines.slice(-8).join('\n')}`, {
      cause: error,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The Debian archive that this machine's apt uses (a hospital may have its own); none: debootstrap's default. */
async function configuredMirror(): Promise<string[]> {
  const format = '$(ORIGIN) $(LABEL) $(REPO_URI)';
  const { stdout } = await execa('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
    reject: false,
  });
  const line = String(stdout ?? '')
    .split('\n')
    .find((text) => /^Debian Debian https?:/.test(text));
  const mirror = line?.split(' ')[2];
  return mirror === undefined ? [] : [mirror];
}

/** What an image does not need, and how apt and dpkg should behave in one. */
async function slim(root: string): Promise<void> {
  for (const path of [
    'var/cache/apt/archives',
    'var/lib/apt/lists',
    'var/log',
    'usr/share/doc',
    'usr/share/man',
  ]) {
    // Licences stay, as Debian's policy and our own images ask.
    await execa('find', [join(root, path), '-type', 'f', '!', '-name', 'copyright', '-delete'], {
      reject: false,
    });
  }
  await writeFile(
    join(root, 'etc/dpkg/dpkg.cfg.d/image'),
    [
      'force-unsafe-io',
      'path-exclude=/usr/share/doc/*',
      'path-include=/usr/share/doc/*/copyright',
      'path-exclude=/usr/share/man/*',
      'path-exclude=/usr/share/locale/*',
      '',
    ].join('\n'),
  );
  await writeFile(
    join(root, 'etc/apt/apt.conf.d/image'),
    'Acquire::Languages "none";\nAcquire::Retries "3";\nAPT::Install-Recommends "false";\n',
  );
  // A build must not start the servers that it installs.
  await writeFile(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
}

async function importRoot(root: string): Promise<void> {
  const [repo, tag] = BASE_IMAGE.split(':') as [string, string];
  const tar = execa('tar', ['--numeric-owner', '-C', root, '-c', '.'], { buffer: false, stdin: 'ignore' });
  const answer = await docker.importImage(tar.stdout, { repo, tag, changes: 'CMD ["/bin/sh"]' });
  await readJsonStream(Readable.from(answer), () => undefined);
  await tar;
}
