import { z } from 'zod';
import type { CheckResult, Facts } from '../checks/types.ts';
import type { FacilitySettings } from '../settings/facility.ts';

/** Says that an archive is ours; its number is raised when an older program could not read a newer bundle. */
export const FORMAT = 'clinicmaster-cdc-bundle';
export const FORMAT_VERSION = 1;

/** Files that are read again; all others are for people. */
export const MANIFEST_FILE = 'manifest.json';
export const CHECKS_FILE = 'checks.json';
export const SETTINGS_FILE = 'settings.json';

/** What a bundle may come to, unpacked: a log tail of 2,000 lines with traces is well below. */
export const BUNDLE_LIMITS = { files: 64, fileBytes: 16e6, totalBytes: 48e6 };
export const MOST_PACKED_BYTES = 32e6;

/** One file of a bundle, before it is packed. */
export interface BundleFile {
  path: string;
  /** What it is, for the list that the user confirms. */
  what: string;
  content: string;
}

/** What could not be collected, and why. */
export interface Missing {
  what: string;
  why: string;
}

const text = z.string().max(200_000);
const facts: z.ZodType<Facts> = z.json();

const verdict = z.object({
  outcome: z.enum(['pass', 'warn', 'fail', 'unknown', 'skip']),
  code: text,
  summary: text,
  current: text.optional(),
  required: text.optional(),
  remedy: z
    .object({
      text,
      commands: z.array(text).optional(),
      sql: z.array(text).optional(),
      who: z.enum(['you', 'dba', 'network-admin', 'central-team']),
      doc: text.optional(),
    })
    .optional(),
});

export const manifestSchema = z.object({
  format: z.literal(FORMAT),
  formatVersion: z.number().int(),
  version: text,
  createdAt: text,
  facility: z.object({ code: text, id: text, name: text }),
  files: z.array(z.object({ path: text, what: text, bytes: z.number(), sha256: text })),
  missing: z.array(z.object({ what: text, why: text })),
});
export type Manifest = z.infer<typeof manifestSchema>;

export const checksSchema: z.ZodType<CheckResult[], unknown> = z.array(
  z.object({
    id: text,
    title: text,
    area: z.enum(['host', 'network', 'kafka', 'sqlserver', 'connect', 'pipeline', 'warehouse']),
    verdict,
    facts,
    ms: z.number(),
  }),
) as z.ZodType<CheckResult[], unknown>;

/** The parts of the settings that every version has; the rest is taken as it is. */
export const settingsSchema = z.looseObject({
  facilityCode: text,
  facilityId: text,
  facilityName: text,
  database: z.looseObject({ host: text, port: z.number(), name: text }),
  kafka: z.looseObject({ brokers: z.array(text) }),
}) as unknown as z.ZodType<FacilitySettings, unknown>;
