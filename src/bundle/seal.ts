import { createHash } from 'node:crypto';
import { changeResult, changeTexts } from '../checks/texts.ts';
import type { CheckResult, Facts } from '../checks/types.ts';
import { withoutRecords } from '../connector/record-free.ts';
import type { FacilitySettings } from '../settings/facility.ts';
import { hideLikelySecrets, type Redact, redactor, type Secret } from '../settings/redact.ts';
import {
  type BundleFile,
  CHECKS_FILE,
  FORMAT,
  FORMAT_VERSION,
  MANIFEST_FILE,
  type Manifest,
  type Missing,
  SETTINGS_FILE,
} from './contents.ts';
import { hideForeignHosts, hideOwnName } from './foreign-hosts.ts';

/** What goes into a bundle, before anything is taken out of it. */
export interface Unsealed {
  settings: FacilitySettings;
  secrets: readonly Secret[];
  checks: readonly CheckResult[];
  /** `.env`, masked. */
  env: string;
  /** The checks as a person reads them. */
  report: string;
  collected: readonly BundleFile[];
  missing: readonly Missing[];
  /** Name of this machine. */
  hostname: string;
  /** ISO 8601. */
  createdAt: string;
  version: string;
}

/** The files of a bundle as they may leave the site: no secret in any spelling, no value of a row, no name of another machine. */
export function seal(unsealed: Unsealed): BundleFile[] {
  const { settings, checks, env, report, collected, missing, createdAt, version } = unsealed;
  const secrets = redactor(unsealed.secrets);
  // What the checks say is free of rows already, and names what they looked at: of machines, only this one's name is taken out.
  const ownName = hideOwnName(settings, unsealed.hostname);
  const redactChecks: Redact = (text) => ownName(secrets(text));
  const hosts = hideForeignHosts(settings, unsealed.hostname, advertisedHosts(checks));
  const redact: Redact = (text) => hosts(withoutRecords(hideLikelySecrets(secrets(text))));

  const files: BundleFile[] = [
    {
      path: CHECKS_FILE,
      what: 'what the checks saw, and their verdicts',
      content: json(checks.map((check) => changeResult(check, redactChecks))),
    },
    {
      path: SETTINGS_FILE,
      what: 'the settings that the checks go by, without passwords',
      content: json(changeTexts(openSettings(settings), redactChecks)),
    },
    { path: 'report.txt', what: 'the same as doctor prints it', content: redactChecks(report) },
    { path: 'env.txt', what: '.env, passwords hidden', content: redact(env) },
    ...collected.map((file) => ({ ...file, content: redactedFile(file, redact) })),
  ];
  const { facilityCode: code, facilityId: id, facilityName: name } = settings;
  const manifest: Manifest = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    version,
    createdAt,
    facility: { code: secrets(code), id: secrets(id), name: secrets(name) },
    files: files.map(({ path, what, content }) => ({
      path,
      what,
      bytes: Buffer.byteLength(content),
      sha256: sha256(content),
    })),
    missing: missing.map(({ what, why }) => ({ what, why: redact(why) })),
  };
  return [{ path: MANIFEST_FILE, what: 'this list', content: json(manifest) }, ...files];
}

/** Ties a bundle's files to its list. */
export function sha256(content: string): string {
  return createHash('sha256').update(content, 'utf8').digest('hex');
}

/** JSON is redacted value by value, so that it stays JSON; all else as a text. */
function redactedFile({ path, content }: BundleFile, redact: Redact): string {
  return path.endsWith('.json') ? json(redactedJson(JSON.parse(content) as Facts, redact)) : redact(content);
}

/** A value is redacted together with its name: `"password": "x"` shows by the name what it is. */
function redactedJson(value: Facts, redact: Redact): Facts {
  if (value === null || typeof value !== 'object') return typeof value === 'string' ? redact(value) : value;
  if (Array.isArray(value)) return value.map((part) => redactedJson(part, redact));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (typeof part !== 'string')
        return [redact(key), part === undefined ? part : redactedJson(part, redact)];
      const named = redact(`${key}: ${part}`);
      const hidden = named !== `${key}: ${part}` && redact(part) === part;
      return [redact(key), hidden ? named.replace(`${key}: `, '') : redact(part)];
    }),
  );
}

/** Settings without passwords. Of a CA file only certificates: somebody may have put a key beside them. */
function openSettings(settings: FacilitySettings): Facts {
  const { database, kafka, ...rest } = settings;
  return {
    ...rest,
    database: { ...database, password: '(hidden)', ...certificates(database.ca) },
    kafka: { ...kafka, brokers: [...kafka.brokers], password: '(hidden)', ...certificates(kafka.ca) },
  } as Facts;
}

function certificates(pem: string | undefined): { ca?: string } {
  if (pem === undefined) return {};
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  return { ca: blocks.map((block) => `${block}\n`).join('') };
}

/** Names that Kafka gives its clients to connect to. */
function advertisedHosts(checks: readonly CheckResult[]): string[] {
  const text = JSON.stringify(checks.find(({ id }) => id === 'kafka-advertised')?.facts ?? null);
  return [...text.matchAll(/"host":"([^"]+)"/g)].map(([, host = '']) => host);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
