import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STATE } from '../paths.ts';
import { SandboxError } from '../sandbox-error.ts';
import { writePrivate } from '../state.ts';
import { DATABASE } from './hospital.ts';
import { openSource, type SourceServer } from './source.ts';

/** Real servers on which a demo of this checkout made its database: only there may it ever be dropped. */
const MADE = join(STATE, 'demo-databases.json');

/**
 * Makes room for the demo's database on a real server.
 * @throws SandboxError when one of that name exists that no demo of this checkout made
 */
export async function claimDatabase(server: SourceServer): Promise<void> {
  if (!(await dropDemoDatabase(server))) {
    throw new SandboxError(
      `${addressOf(server)} already has a database ${DATABASE}, and no demo made it. The demo makes its own and touches ` +
        'no other: name another server in SANDBOX_SQLSERVER.',
    );
  }
  await writePrivate(MADE, JSON.stringify([...(await madeOn()), addressOf(server)]));
}

/**
 * Drops the demo's database on a real server.
 * @returns false when there is one that is not the demo's: it stays
 */
export async function dropDemoDatabase(server: SourceServer): Promise<boolean> {
  const master = await openSource(server, 'master', 1);
  try {
    const [there] = await master.rows(`SELECT name FROM sys.databases WHERE name = N'${DATABASE}'`);
    const made = await madeOn();
    const ours = made.has(addressOf(server));
    if (there !== undefined) {
      if (!ours) return false;
      await master.batch(`ALTER DATABASE [${DATABASE}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE`);
      await master.batch(`DROP DATABASE [${DATABASE}]`);
    }
    if (made.delete(addressOf(server))) await writePrivate(MADE, JSON.stringify([...made]));
    return true;
  } finally {
    await master.close();
  }
}

const addressOf = ({ host, port }: SourceServer): string => `${host}:${port}`;

async function madeOn(): Promise<Set<string>> {
  const text = await readFile(MADE, 'utf8').catch(() => '[]');
  return new Set(JSON.parse(text) as string[]);
}
