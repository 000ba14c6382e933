import * as z from 'zod';
import { CliError, EXIT } from '../errors.ts';
import { isCertificate } from './certificate.ts';
import type { Field, Values } from './field.ts';
import { refusal } from './resolve.ts';

/** What tells an enrolment file from any other JSON. */
const ENROLMENT_KIND = 'clinicmaster-cdc/enrolment';
/** Raised when an older program would misread a file. */
const ENROLMENT_VERSION = 1;

const text = z.string().min(1);

/** The file that the central team issues for one facility: docs/enrolment.md. What a value may be says the table of settings. */
const FILE = z
  .strictObject({
    $schema: text.optional().describe('Address of this schema, for editors.'),
    kind: z.literal(ENROLMENT_KIND),
    schemaVersion: z.literal(ENROLMENT_VERSION),
    issuedAt: z.iso.datetime({ offset: true }).describe('When it was issued, ISO 8601 with its offset.'),
    issuedBy: text.describe('Who issued it: a person or a team whom the facility can ask.'),
    facility: z.strictObject({
      name: text.describe('Name of the facility, as reports shall show it.'),
      code: text.describe('DHIS2 code or UID; case matters.'),
      id: text
        .optional()
        .describe(
          'Name part of topics and groups, where the code holds other characters than A-Z a-z 0-9 -.',
        ),
    }),
    kafka: z.strictObject({
      brokers: z.array(text).min(1).describe('host:port, reachable from the facility.'),
      user: text.describe("The facility's own Kafka user (principal)."),
      password: text.describe('Its password.').meta({ writeOnly: true }),
      securityProtocol: z.enum(['SASL_SSL', 'SASL_PLAINTEXT', 'SSL', 'PLAINTEXT']).optional(),
      mechanism: z.enum(['SCRAM-SHA-256', 'SCRAM-SHA-512', 'PLAIN']).optional(),
      ca: text
        .optional()
        .describe(
          "The CA of the brokers' certificates, in PEM form (several, one after the other); without it the public CAs count.",
        ),
    }),
    image: text.optional().describe('Image to run, with its registry.'),
    database: z
      .strictObject({
        name: text.optional().describe('Name of the ClinicMaster database.'),
        port: z.int().min(1).max(65535).optional().describe('TCP port of SQL Server.'),
        encrypt: z.boolean().optional(),
        trustServerCertificate: z.boolean().optional(),
      })
      .optional()
      .describe('What is the same at every facility.'),
  })
  .describe(
    'Enrolment of one facility. It holds a password: keep it from others, delete it after the installation.',
  );

/** One facility's enrolment, as its file says it. */
export type Enrolment = z.output<typeof FILE>;
/** What the central team decides; kind and version are this program's. */
export type EnrolmentContent = Omit<Enrolment, '$schema' | 'kind' | 'schemaVersion'>;

/** The JSON schema of the file. */
export function enrolmentSchema(): { [key: string]: unknown } {
  const { $schema, ...schema } = z.toJSONSchema(FILE);
  return { $schema, title: 'Enrolment of a facility', ...schema };
}

/** Where each value of the file goes in the table of settings. */
function entries({
  facility,
  kafka,
  image,
  database = {},
}: Enrolment): [path: string, key: string, text: string][] {
  const found: [string, string, string | number | boolean | undefined][] = [
    ['facility.name', 'FACILITY_NAME', facility.name],
    ['facility.code', 'FACILITY_DHIS2_CODE', facility.code],
    ['facility.id', 'FACILITY_ID', facility.id],
    ['kafka.brokers', 'KAFKA_BOOTSTRAP_SERVERS', kafka.brokers.join(',')],
    ['kafka.user', 'KAFKA_USER', kafka.user],
    ['kafka.password', 'KAFKA_PASS', kafka.password],
    ['kafka.securityProtocol', 'KAFKA_SECURITY_PROTOCOL', kafka.securityProtocol],
    ['kafka.mechanism', 'KAFKA_SASL_MECHANISM', kafka.mechanism],
    ['image', 'IMAGE', image],
    ['database.name', 'DB_NAME', database.name],
    ['database.port', 'DB_PORT', database.port],
    ['database.encrypt', 'DB_ENCRYPT', database.encrypt],
    ['database.trustServerCertificate', 'DB_TRUST_SERVER_CERTIFICATE', database.trustServerCertificate],
  ];
  return found.flatMap(([path, key, value]) => (value === undefined ? [] : [[path, key, String(value)]]));
}

/** The values of an enrolment as a layer of answers: key → text. */
export function enrolmentValues(enrolment: Enrolment): Values {
  return Object.fromEntries(entries(enrolment).map(([, key, value]) => [key, value]));
}

/**
 * Reads an enrolment file. No message holds a value of it that is secret.
 * @param text the whole file; a byte order mark is passed over
 * @param path for messages
 * @param fields the table of a facility's settings
 * @throws CliError (usage) that names every field that is wrong
 */
export function readEnrolment(content: string, path: string, fields: readonly Field[]): Enrolment {
  const data = parseJson(content.replace(/^\uFEFF/, ''), path);
  if (data.kind !== ENROLMENT_KIND) {
    const other =
      typeof data.kind === 'string' ? `kind ${JSON.stringify(data.kind.slice(0, 60))}` : 'no kind';
    throw refused(path, `${path} is no enrolment file.`, `${other} in it`);
  }
  if (typeof data.schemaVersion === 'number' && data.schemaVersion > ENROLMENT_VERSION) {
    throw new CliError('settings.enrolment', `${path} was made for a newer version of this program.`, {
      exitCode: EXIT.usage,
      seen: `schemaVersion ${data.schemaVersion}; this program reads ${ENROLMENT_VERSION}`,
      needed: 'A newer version of this program, or a file for this one.',
      commands: [`npx clinicmaster-cdc@latest init --enrolment ${path}`],
    });
  }
  const result = FILE.safeParse(data);
  if (!result.success) throw refused(path, `${path} cannot be used.`, issueLines(result.error).join('\n'));
  const wrong = valueProblems(result.data, fields);
  if (wrong.length > 0) throw refused(path, `${path} cannot be used.`, wrong.join('\n'));
  return result.data;
}

/**
 * The text of an enrolment file.
 * @throws CliError (usage) when a value is none that a facility could use
 */
export function buildEnrolment(content: EnrolmentContent, fields: readonly Field[]): string {
  const data = { kind: ENROLMENT_KIND, schemaVersion: ENROLMENT_VERSION, ...content };
  const file = `${JSON.stringify(data, null, 2)}\n`;
  readEnrolment(file, 'the enrolment', fields);
  return file;
}

function parseJson(content: string, path: string): Record<string, unknown> {
  let data: unknown;
  try {
    data = JSON.parse(content);
  } catch (cause) {
    // The parser's message quotes the text around the place, and that may be the password.
    const place = /position (\d+)/.exec(String(cause))?.[1];
    const line = content.slice(0, Number(place ?? content.length)).split('\n').length;
    const end =
      content.trim() === '' ? 'the file is empty' : `broken in line ${line} of ${content.split('\n').length}`;
    throw refused(path, `${path} is no JSON.`, end);
  }
  if (typeof data === 'object' && data !== null && !Array.isArray(data))
    return data as Record<string, unknown>;
  throw refused(path, `${path} is no enrolment file.`, 'no object in it');
}

/** `kafka.brokers.0: …`; an issue's message names what is expected and keys that are too many, never a value. */
function issueLines({ issues }: z.ZodError): string[] {
  return issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
}

function valueProblems(enrolment: Enrolment, fields: readonly Field[]): string[] {
  const problems = entries(enrolment).flatMap(([path, key, value]) => {
    const field = fields.find((candidate) => candidate.key === key);
    const reason = field === undefined ? 'is not known here' : refusal(field, value);
    return reason === undefined ? [] : [`${path}: ${reason}`];
  });
  const { ca } = enrolment.kafka;
  if (ca !== undefined && !isCertificate(ca)) problems.push('kafka.ca: no readable certificate in PEM form.');
  return problems;
}

function refused(path: string, message: string, seen: string): CliError {
  return new CliError('settings.enrolment', message, {
    exitCode: EXIT.usage,
    seen,
    needed: `The enrolment file as the central team issued it (docs/enrolment.md), whole and unchanged. Ask for ${path} again.`,
    who: 'central-team',
  });
}
