import { ensureStandIn } from './demo/stand-ins.ts';
import { bringDown } from './down.ts';
import { loadSandbox } from './load.ts';
import { complain } from './output.ts';
import { step } from './progress.ts';
import { SandboxError } from './sandbox-error.ts';
import { showStatus } from './status.ts';
import { bringUp } from './up.ts';

/** That of the hospitals this is made for. */
const TIME_ZONE = '+03:00';

const USAGE = `npm run sandbox -- up               start Kafka, PostgreSQL and a SQL Server stand-in, installing what is missing
npm run sandbox -- status           what runs, and where
npm run sandbox -- down [--images]  remove everything that is ours, with --images the built images too`;

async function main([verb, ...flags]: string[]): Promise<number> {
  switch (verb) {
    case 'up':
      await bringUp();
      await step('SQL Server stand-in', async () => ensureStandIn(1, await loadSandbox(), TIME_ZONE));
      return (await showStatus()) ? 0 : 3;
    case 'status':
      return (await showStatus()) ? 0 : 3;
    case 'down':
      await bringDown({ images: flags.includes('--images') });
      return 0;
    default:
      complain(USAGE);
      return 2;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  complain(
    error instanceof SandboxError ? error.message : String(error instanceof Error ? error.stack : error),
  );
  process.exitCode = error instanceof SandboxError ? 3 : 1;
}
