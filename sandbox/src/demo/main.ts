import { bringDown } from '../down.ts';
import { complain, say } from '../output.ts';
import { step } from '../progress.ts';
import { pingEngine } from '../provision/engine.ts';
import { SandboxError } from '../sandbox-error.ts';
import { CliFailed } from './cli.ts';
import { InspectionFailed } from './inspection.ts';
import { lookAround } from './look-around.ts';
import { type DemoOptions, parseOptions, USAGE } from './options.ts';
import { NotQuietError } from './quiet.ts';
import { runScenario } from './scenario.ts';
import { SourceError } from './source.ts';
import { clearStage, type Stage, setStage, tellLogs } from './stage.ts';
import { removeInstallations } from './teardown.ts';
import { tellDifferences, verdictLine } from './verdict.ts';

/** Documented in {@link USAGE}. */
const EXIT = { equal: 0, failed: 1, usage: 2, different: 3, cancelled: 130 } as const;

/** Errors whose message alone tells people what they need. */
const TOLD = [SandboxError, CliFailed, SourceError, InspectionFailed, NotQuietError];

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let options: DemoOptions;
  try {
    options = parseOptions(argv);
  } catch (error) {
    complain((error as Error).message);
    return EXIT.usage;
  }
  if (options.help) {
    say(USAGE);
    return EXIT.equal;
  }
  try {
    return options.down ? await down() : await play(options);
  } catch (error) {
    tell(error);
    return EXIT.failed;
  }
}

async function down(): Promise<number> {
  if ((await pingEngine()) === 'yes') await step('Remove the demo’s installations', removeInstallations);
  await bringDown({ images: true });
  return EXIT.equal;
}

async function play(options: DemoOptions): Promise<number> {
  const start = performance.now();
  const stage = await setStage();
  const cancel = () => void cancelled(stage);
  process.once('SIGINT', cancel);
  try {
    const comparison = await runScenario({ ...stage, options });
    const seconds = Math.round((performance.now() - start) / 1000);
    if (options.keep) say(`\n${lookAround(stage.facilities)}\n`);
    else await step('What the demo started is put away', () => clearStage(stage));
    say(`  ${seconds} s from beginning to comparison`);
    for (const line of tellDifferences(comparison)) say(line);
    say(verdictLine(stage.facilities.length, comparison));
    return comparison.differences.length === 0 ? EXIT.equal : EXIT.different;
  } catch (error) {
    await tellLogs();
    if (options.keep) say('Everything is left as it is. To remove it: npm run demo -- --down');
    else await clearStage(stage);
    throw error;
  } finally {
    process.off('SIGINT', cancel);
  }
}

async function cancelled(stage: Stage): Promise<void> {
  say('Cancelled; putting away what was started …');
  await clearStage(stage).catch((error: unknown) => tell(error));
  process.exit(EXIT.cancelled);
}

function tell(error: unknown): void {
  const known = TOLD.some((kind) => error instanceof kind);
  complain(known ? (error as Error).message : String(error instanceof Error ? error.stack : error));
}
