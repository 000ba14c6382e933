import pg, { type Client } from 'pg';
import type { EngineSettings } from '../settings.ts';

/**
 * Opens a connection with the settings that every part of the engine counts on.
 * The clock of the T-SQL world is `tsql.timezone`; PostgreSQL's own time zone stays UTC.
 */
export async function connect(settings: EngineSettings, purpose: string): Promise<Client> {
  const options = {
    TimeZone: 'UTC',
    DateStyle: 'ISO,MDY',
    extra_float_digits: '1',
    standard_conforming_strings: 'on',
    client_min_messages: 'warning',
    jit: 'off',
    'tsql.timezone': settings.timeZone,
  };
  const client = new pg.Client({
    ...settings.postgres,
    application_name: `standin ${settings.serverName} ${purpose}`,
    options: Object.entries(options)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  // A connection that breaks while idle is met again, with its cause, by the next statement.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Runs `work` in a transaction of its own on `client`. */
export async function inTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
