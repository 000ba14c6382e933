import * as z from 'zod';
import type { ConnectorConfig } from '../../adapters/connect-port.ts';
import type { FilesPort } from '../../adapters/files-port.ts';
import { CliError } from '../../errors.ts';
import type { WantedFile } from '../deployment.ts';
import { ENV_FILE } from '../facility-folder.ts';
import { ENV_MODE, PUBLIC_MODE } from '../steps/files.ts';

/** Beside `.env`: there only while a container is being replaced, or while the former one is kept on purpose. */
const REPLACEMENT_FILE = 'replacement.json';
/** Endings of what a file was and shall be, for the time of a replacement. `.env` holds passwords: 0600, as itself. */
const BEFORE = '.before';
const NEXT = '.next';

const schema = z.object({
  schemaVersion: z.literal(1),
  what: z.enum(['upgrade', 'rotate']),
  /** `begun`: the former container counts; `proven`: the new one does; `kept`: so, and the former one stays on purpose. */
  state: z.enum(['begun', 'proven', 'kept']),
  program: z.string(),
  startedAt: z.string(),
  container: z.string(),
  /** The former container: its id, and the name that it has meanwhile. */
  oldId: z.string(),
  aside: z.string(),
  wasRunning: z.boolean(),
  restartPolicy: z.string(),
  graceSeconds: z.number(),
  connector: z.string(),
  /** Of the connector; it holds references to secrets, never secrets. Null: there was none. */
  config: z.record(z.string(), z.string()).nullable(),
  /** Names of the files that change, and of those among them that were not there. */
  files: z.array(z.string()),
  absent: z.array(z.string()),
});

/** What a replacement is about and how far it has come: enough to finish it or to take it back after a power cut. */
export type ReplacementRecord = z.infer<typeof schema> & { config: ConnectorConfig | null };

/** @throws CliError for a file that is no record of this program */
export async function readRecord(files: FilesPort, dir: string): Promise<ReplacementRecord | undefined> {
  const path = `${dir}/${REPLACEMENT_FILE}`;
  const text = await files.read(path);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(json(text));
  if (parsed.success) return parsed.data;
  throw new CliError('replace.record', `${path} cannot be read.`, {
    seen: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
    needed: 'The file as the program that began the replacement has written it: use the same version.',
    commands: ['docker ps -a --filter label=org.clinicmaster.cdc.role=facility'],
  });
}

export async function writeRecord(files: FilesPort, dir: string, record: ReplacementRecord): Promise<void> {
  await files.writeAtomically(`${dir}/${REPLACEMENT_FILE}`, `${JSON.stringify(record, null, 2)}\n`, 0o600);
}

/** Writes down what each file was and shall be. @returns names of those that differ, and of those that are new */
export async function setAside(
  files: FilesPort,
  dir: string,
  wanted: readonly WantedFile[],
): Promise<Pick<ReplacementRecord, 'files' | 'absent'>> {
  const changed: string[] = [];
  const absent: string[] = [];
  for (const { path, content, mode } of wanted) {
    const name = path.slice(dir.length + 1);
    const before = await files.read(path);
    if (before === content) continue;
    changed.push(name);
    if (before === undefined) absent.push(name);
    else await files.writeAtomically(`${path}${BEFORE}`, before, mode);
    await files.writeAtomically(`${path}${NEXT}`, content, mode);
  }
  return { files: changed, absent };
}

/** A file as it was, or as it shall be; undefined when that is not written down. */
export async function sideFile(
  files: FilesPort,
  dir: string,
  name: string,
  which: 'before' | 'next',
): Promise<WantedFile | undefined> {
  const path = `${dir}/${name}`;
  const content = await files.read(`${path}${which === 'before' ? BEFORE : NEXT}`);
  const mode = name === ENV_FILE ? ENV_MODE : PUBLIC_MODE;
  return content === undefined ? undefined : { path, content, mode };
}

/** Puts every file back as it was. What shall be goes first: on a full disk its room is needed. */
export async function restoreFiles(
  files: FilesPort,
  dir: string,
  record: ReplacementRecord,
): Promise<string[]> {
  for (const name of record.files) await files.remove(`${dir}/${name}${NEXT}`);
  const restored: string[] = [];
  for (const name of record.files) {
    const path = `${dir}/${name}`;
    const before = await sideFile(files, dir, name, 'before');
    if (record.absent.includes(name)) await files.remove(path);
    if (before === undefined || (await files.read(path)) === before.content) continue;
    await files.writeAtomically(path, before.content, before.mode);
    restored.push(name);
  }
  return restored;
}

/** Nothing of the replacement is left in the folder. The record goes last: until then it can be done again. */
export async function removeTraces(files: FilesPort, dir: string, record: ReplacementRecord): Promise<void> {
  for (const name of record.files) {
    await files.remove(`${dir}/${name}${NEXT}`);
    await files.remove(`${dir}/${name}${BEFORE}`);
  }
  await files.remove(`${dir}/${REPLACEMENT_FILE}`);
}

/** What a run has left that was cut off before its record stood: nothing but copies. */
export async function removeOrphans(files: FilesPort, dir: string, names: readonly string[]): Promise<void> {
  for (const path of names.flatMap((name) => [`${dir}/${name}${NEXT}`, `${dir}/${name}${BEFORE}`]))
    if (await files.exists(path)) await files.remove(path);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
