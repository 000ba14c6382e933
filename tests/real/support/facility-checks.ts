import { type Clock, systemClock } from '../../../src/adapters/clock.ts';
import { connectRest } from '../../../src/adapters/connect-rest.ts';
import { findDocker } from '../../../src/adapters/docker.ts';
import type { DockerPort } from '../../../src/adapters/docker-port.ts';
import { hostFiles } from '../../../src/adapters/files.ts';
import type { InsidePort } from '../../../src/adapters/inside-port.ts';
import { kafka } from '../../../src/adapters/kafka.ts';
import { hostMachine } from '../../../src/adapters/machine.ts';
import { systemNetwork } from '../../../src/adapters/network.ts';
import { sqlServer } from '../../../src/adapters/sqlserver.ts';
import type { CheckContext } from '../../../src/checks/context.ts';
import { FACILITY_CHECKS } from '../../../src/checks/registry.ts';
import { type RunOptions, runChecks } from '../../../src/checks/runner.ts';
import type { CheckResult, Verdict } from '../../../src/checks/types.ts';
import { facilityNames } from '../../../src/connector/names.ts';
import type { FacilitySettings } from '../../../src/settings/facility.ts';

const OWN_HOST = { platform: process.platform, privileged: true, home: '/root', cwd: '/', env: {} };

/** How a test departs from what `doctor` would do. */
export interface Surroundings {
  clock?: Clock;
  deep?: boolean;
  /** The view from inside; without it the checks look from this machine only. */
  inside?: (docker: DockerPort) => Promise<InsidePort | undefined>;
}

/** Runs the named checks (or areas) with the real adapters, as `doctor` does. */
export function check(settings: FacilitySettings, ...only: string[]): Promise<Checked> {
  return checkIn({}, settings, { only });
}

/** The same in other surroundings. */
export async function checkWith(
  { clock = systemClock, inside, ...options }: Surroundings,
  settings: FacilitySettings,
  ...only: string[]
): Promise<Checked> {
  let looking: Promise<InsidePort | undefined> | undefined;
  const look = () => {
    looking ??= inside === undefined ? Promise.resolve(undefined) : findDocker(OWN_HOST).then(inside);
    return looking;
  };
  try {
    return await checkIn({ clock, inside: look }, settings, { only, ...options });
  } finally {
    await (await looking?.catch(() => undefined))?.close();
  }
}

/** The same with parts of the surroundings replaced. */
export async function checkIn(
  parts: Partial<CheckContext>,
  settings: FacilitySettings,
  options: RunOptions,
): Promise<Checked> {
  const sql = sqlServer(settings.database);
  const broker = kafka(settings.kafka, `cdc.${settings.facilityId}.cli`);
  try {
    const results = await runChecks(
      FACILITY_CHECKS,
      {
        settings,
        names: facilityNames(settings.facilityId, settings.instance),
        clock: systemClock,
        machine: hostMachine(),
        files: hostFiles(),
        network: systemNetwork,
        sql,
        kafka: broker,
        connect: connectRest(`http://127.0.0.1:${settings.restPort}`),
        docker: () => findDocker(OWN_HOST),
        inside: async () => undefined,
        memory: { recall: async () => ({ value: null, at: null, trouble: null }), keep: async () => null },
        desiredConfig: {},
        ...parts,
      },
      settings,
      options,
    );
    return new Checked(results);
  } finally {
    await Promise.all([sql.close(), broker.close()]);
  }
}

/** Results that can be asked for by id. */
export class Checked {
  readonly results: readonly CheckResult[];

  constructor(results: readonly CheckResult[]) {
    this.results = results;
  }

  verdict(id: string): Verdict {
    const result = this.results.find((candidate) => candidate.id === id);
    if (result === undefined) throw new Error(`${id} was not run`);
    return result.verdict;
  }

  /** `id outcome code` of each that did not pass. */
  troubles(): string[] {
    return this.results
      .filter(({ verdict }) => verdict.outcome !== 'pass' && verdict.outcome !== 'skip')
      .map(({ verdict }) => `${verdict.outcome} ${verdict.code}`);
  }
}
