import { randomInt } from 'node:crypto';
import type { KafkaAnswer } from '../../adapters/kafka-port.ts';
import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { facilityNames } from '../../connector/names.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import type { DatabaseSettings, FacilitySettings } from '../../settings/facility.ts';
import { password as passwordRule } from '../../settings/validators.ts';
import { mayAsk } from './agree.ts';
import type { Options } from './module.ts';

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_';
const LENGTH = 32;

/** Where a new password comes from. */
export interface PasswordSource {
  /** Environment variable. */
  key: 'NEW_DB_PASS' | 'NEW_KAFKA_PASS';
  user: string;
  /** What to give instead, for the message: `, or --generate`. */
  otherwise: string;
}

/** The new password: from the environment, else asked for, twice where `repeated`. @throws CliError (usage) for none or a wrong one */
export async function givenPassword(
  { key, user, otherwise }: PasswordSource,
  options: Options,
  context: Context,
  repeated = false,
): Promise<string> {
  const given = context.host.env[key] ?? '';
  const check = (text: string) => {
    const result = passwordRule('The new password').safeParse(text);
    return result.success ? undefined : result.error.issues[0]?.message;
  };
  if (given !== '') {
    const problem = check(given);
    if (problem === undefined) return given;
    throw new CliError('sql.new-password', problem, { exitCode: EXIT.usage, needed: `Another ${key}.` });
  }
  if (mayAsk(context, options)) {
    const prompts = await context.prompts();
    const typed = await prompts.secret({ message: `New password for ${user}`, check });
    if (!repeated) return typed;
    const same = (text: string) => (text === typed ? undefined : 'That is not the same.');
    return prompts.secret({ message: 'The same again', check: same });
  }
  throw new CliError('sql.no-new-password', `The new password of ${user} is missing.`, {
    exitCode: EXIT.usage,
    needed: `${key} in the environment${otherwise}.`,
  });
}

/** Satisfies SQL Server's password policy: letters of both kinds, a digit, a sign. Spelled alike by every `.env` reader. */
export function generatedPassword(): string {
  for (;;) {
    const text = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    if (
      /^[A-Za-z]/.test(text) &&
      /[A-Z]/.test(text) &&
      /[a-z]/.test(text) &&
      /\d/.test(text) &&
      /[-_]/.test(text)
    )
      return text;
  }
}

/** One real login at SQL Server. */
export async function sqlServerTakes(
  { database }: { database: DatabaseSettings },
  context: Context,
): Promise<SqlAnswer<never>> {
  const sql = await context.sqlServer(database);
  return sql.open(context.signal).finally(() => sql.close());
}

/** One real login at Kafka, which also reads the facility's own heartbeat: the user has its rights. */
export async function kafkaTakes(
  { kafka, facilityId }: FacilitySettings,
  context: Context,
): Promise<KafkaAnswer<unknown>> {
  const port = await context.kafka(kafka, `cdc.${facilityId}.cli`);
  const { heartbeat } = facilityNames(facilityId).topics;
  return port.lastRecord(heartbeat, context.signal).finally(() => port.close());
}
