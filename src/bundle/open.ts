import type { ArchiveFile } from '../adapters/archive-port.ts';
import { changeTexts } from '../checks/texts.ts';
import type { CheckResult, Facts } from '../checks/types.ts';
import { CliError, EXIT } from '../errors.ts';
import type { FacilitySettings } from '../settings/facility.ts';
import {
  CHECKS_FILE,
  checksSchema,
  FORMAT_VERSION,
  MANIFEST_FILE,
  type Manifest,
  manifestSchema,
  SETTINGS_FILE,
  settingsSchema,
} from './contents.ts';
import { sha256 } from './seal.ts';

/** A bundle, read again. */
export interface OpenBundle {
  manifest: Manifest;
  settings: FacilitySettings;
  checks: CheckResult[];
}

/**
 * Reads the files of a bundle.
 * @throws CliError `bundle.foreign` (another archive), `bundle.newer`, `bundle.damaged` (a file is missing or was changed)
 */
export function openBundle(files: readonly ArchiveFile[]): OpenBundle {
  const manifest = readManifest(files);
  for (const { path, sha256: expected } of manifest.files) {
    const content = files.find((file) => file.path === path)?.content;
    if (content === undefined) throw damaged(`${path} is missing`);
    if (sha256(content) !== expected) throw damaged(`${path} is not as it was made`);
  }
  const listed = (path: string) => manifest.files.some((file) => file.path === path);
  const read = (path: string): unknown => {
    if (!listed(path)) throw damaged(`${path} is missing`);
    return plain(parse(files, path));
  };
  const checks = checksSchema.safeParse(read(CHECKS_FILE));
  const settings = settingsSchema.safeParse(read(SETTINGS_FILE));
  if (!checks.success) throw damaged(`${CHECKS_FILE}: ${checks.error.issues[0]?.message}`);
  if (!settings.success) throw damaged(`${SETTINGS_FILE}: ${settings.error.issues[0]?.message}`);
  return { manifest, settings: settings.data, checks: checks.data };
}

function readManifest(files: readonly ArchiveFile[]): Manifest {
  const content: unknown = plain(parse(files, MANIFEST_FILE));
  const read = manifestSchema.safeParse(content);
  if (!read.success) throw foreign();
  if (read.data.formatVersion <= FORMAT_VERSION) return read.data;
  throw new CliError('bundle.newer', 'A newer version of this program has made the bundle.', {
    exitCode: EXIT.usage,
    seen: `bundle format ${read.data.formatVersion}, made by ${read.data.version}; this version reads ${FORMAT_VERSION}`,
    needed: 'The same version as at the site, or a newer one.',
    commands: [
      `npx clinicmaster-cdc@${/^[\w.-]+$/.test(read.data.version) ? read.data.version : 'latest'} doctor --from <file>`,
    ],
  });
}

function parse(files: readonly ArchiveFile[], path: string): Facts {
  const content = files.find((file) => file.path === path)?.content;
  if (content === undefined) throw path === MANIFEST_FILE ? foreign() : damaged(`${path} is missing`);
  try {
    return JSON.parse(content) as Facts;
  } catch {
    throw path === MANIFEST_FILE ? foreign() : damaged(`${path} is no JSON`);
  }
}

/** A bundle comes from outside: what steers a terminal is taken out of its texts. */
function plain(value: Facts): Facts {
  return changeTexts(value, (text) => text.replace(/[^\P{Cc}\t\n]/gu, ''));
}

function foreign(): CliError {
  return new CliError('bundle.foreign', 'This archive is no bundle of clinicmaster-cdc.', {
    exitCode: EXIT.usage,
    seen: `no ${MANIFEST_FILE} of ours in it`,
    needed: 'A file that clinicmaster-cdc bundle has made.',
  });
}

function damaged(seen: string): CliError {
  return new CliError('bundle.damaged', 'The bundle is damaged, or somebody has changed it.', {
    exitCode: EXIT.usage,
    seen,
    needed: 'The file as it was made; send it again.',
  });
}
