import { resolve } from 'node:path';
import { BUNDLE_LIMITS, MOST_PACKED_BYTES } from '../../bundle/contents.ts';
import { openBundle } from '../../bundle/open.ts';
import type { FacilityCheck } from '../../checks/context.ts';
import type { BundleOrigin, DoctorReport } from '../../checks/doctor-report.ts';
import { judgeAgain } from '../../checks/judge-again.ts';
import { noSuchCheck, selectChecks } from '../../checks/runner.ts';
import type { CheckResult } from '../../checks/types.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { runFacilityChecks } from './checked.ts';

/** What `doctor` looks at: the facility of this machine, or a bundle of another one. */
export interface Site {
  facility: DoctorReport['facility'];
  /** Of the facility of this machine; a bundle has none that anything could be done with. */
  settings?: FacilitySettings;
  /** One look. @param only ids and areas; empty for all */
  look(only: readonly string[], show: boolean): Promise<CheckResult[]>;
  /** Where the facts are from, when they are not of now and here. */
  from?: BundleOrigin;
}

/** The facility that is installed here. Says what its checks leave behind before they run. */
export function thisSite(
  checks: readonly FacilityCheck[],
  settings: FacilitySettings,
  deep: boolean,
  context: Context,
): Site {
  const { out } = context;
  return {
    facility: facilityOf(settings),
    settings,
    async look(only, show) {
      const options = { when: 'daily', deep, only } as const;
      if (!show) return runFacilityChecks(checks, options, settings, context);
      for (const { title, touches } of selectChecks(checks, options)) {
        if (touches !== undefined) out.note(`${title}: ${touches}`);
      }
      const stream = out.checks('Checks');
      const observer = {
        finished: ({ title, verdict }: CheckResult) => stream.add(verdict.outcome, title, verdict.summary),
      };
      try {
        return await runFacilityChecks(checks, { ...options, observer }, settings, context);
      } finally {
        stream.end();
      }
    },
  };
}

/**
 * A bundle, judged by this version. Nothing but the file is touched.
 * @throws CliError (usage) for a file that is no bundle
 */
export async function bundleSite(
  checks: readonly FacilityCheck[],
  file: string,
  context: Context,
): Promise<Site> {
  const { files, host, version } = context;
  const bytes = await files.readBytes(resolve(host.cwd, file), MOST_PACKED_BYTES);
  if (bytes === undefined) {
    throw new CliError('bundle.absent', `There is no file ${file}.`, {
      exitCode: EXIT.usage,
      needed: 'A file that clinicmaster-cdc bundle has made.',
    });
  }
  const archive = await context.archive();
  const { manifest, settings, checks: stored } = openBundle(await archive.unpack(bytes, BUNDLE_LIMITS));
  const judged = judgeAgain(stored, checks, settings);
  const from: BundleOrigin = {
    file,
    createdAt: manifest.createdAt,
    version: manifest.version,
    judgedBy: version,
    differs: judged.flatMap(({ result, atSite }) =>
      atSite === undefined ? [] : [{ id: result.id, atSite }],
    ),
  };
  const results = judged.map(({ result }) => result);
  return {
    facility: manifest.facility,
    from,
    look: async (only) => picked(results, only),
  };
}

/** @throws CliError (usage) for a name that no result has */
function picked(results: readonly CheckResult[], only: readonly string[]): CheckResult[] {
  const names = results.flatMap(({ id, area }) => [id, area as string]);
  const strange = only.filter((name) => !names.includes(name));
  if (strange.length > 0) throw noSuchCheck(strange, [...new Set(names)]);
  return results.filter(({ id, area }) => only.length === 0 || only.includes(id) || only.includes(area));
}

export function facilityOf(settings: FacilitySettings): DoctorReport['facility'] {
  return { code: settings.facilityCode, id: settings.facilityId, name: settings.facilityName };
}
