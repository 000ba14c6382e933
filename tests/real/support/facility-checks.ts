import { systemClock } from '../../../src/adapters/clock.ts';
import { connectRest } from '../../../src/adapters/connect-rest.ts';
import { findDocker } from '../../../src/adapters/docker.ts';
import { kafka } from '../../../src/adapters/kafka.ts';
import { systemNetwork } from '../../../src/adapters/network.ts';
import { sqlServer } from '../../../src/adapters/sqlserver.ts';
import type { CheckContext } from '../../../src/checks/context.ts';
import { FACILITY_CHECKS } from '../../../src/checks/registry.ts';
import { runChecks } from '../../../src/checks/runner.ts';
import type { CheckResult, Verdict } from '../../../src/checks/types.ts';
import { facilityNames } from '../../../src/connector/names.ts';
import type { FacilitySettings } from '../../../src/settings/facility.ts';

/** Runs the named checks (or areas) with the real adapters, as `doctor` does. */
export function check(settings: FacilitySettings, ...only: string[]): Promise<Checked> {
  return checkWith({}, settings, ...only);
}

/** The same with another adapter, such as a clock that is wrong. */
export async function checkWith(
  changes: Partial<CheckContext>,
  settings: FacilitySettings,
  ...only: string[]
): Promise<Checked> {
  const sql = sqlServer(settings.database);
  const broker = kafka(settings.kafka, `cdc.${settings.facilityId}.cli`);
  const host = { platform: process.platform, privileged: true, home: '/root', cwd: '/', env: {} };
  try {
    const results = await runChecks(
      FACILITY_CHECKS,
      {
        settings,
        names: facilityNames(settings.facilityId, settings.instance),
        clock: systemClock,
        network: systemNetwork,
        sql,
        kafka: broker,
        connect: connectRest(`http://127.0.0.1:${settings.restPort}`),
        docker: () => findDocker(host),
        desiredConfig: {},
        ...changes,
      },
      settings,
      { only },
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
