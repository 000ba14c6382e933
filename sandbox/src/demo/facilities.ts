import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { STATE } from '../paths.ts';
import type { Edition } from '../sample/schema.ts';

/** One of the two hospitals of the demo. */
export interface DemoFacility {
  name: string;
  /** DHIS2 code. */
  code: string;
  /** Suffix of its container. */
  instance: string;
  restPort: number;
  edition: Edition;
  /** Which SQL Server, from 1. */
  server: 1 | 2;
  /** Whether the connector speaks TLS to SQL Server. */
  encrypt: boolean;
  /** The facility folder. */
  dir: string;
  /** Password of the connector's login at SQL Server. */
  password: string;
}

export const DEMO_DIR = join(STATE, 'demo');
export const CENTRAL_DIR = join(DEMO_DIR, 'central');
export const CENTRAL_REST_PORT = 18085;

/**
 * Names and codes that break naive installations: quotes, a comma, `$1`, `&`, a slash and letters beyond ASCII in one name;
 * and one code that begins like the other, which a prefix rule without its last dot would let in.
 */
export function demoFacilities(): [DemoFacility, DemoFacility] {
  return [
    {
      name: `St. Mary's "Lacor" Hospital, Gulu & Co $1 / ünïcode`,
      code: 'UG4521',
      instance: 'demo-lacor',
      restPort: 18083,
      edition: 'older',
      server: 1,
      encrypt: true,
      dir: join(DEMO_DIR, 'lacor'),
      password: awkwardPassword(),
    },
    {
      name: 'Kayunga Regional Referral Hospital',
      code: 'UG4521-2',
      instance: 'demo-kayunga',
      restPort: 18084,
      edition: 'newer',
      server: 2,
      encrypt: false,
      dir: join(DEMO_DIR, 'kayunga'),
      password: awkwardPassword(),
    },
  ];
}

/** Random, with the characters that `.env` files, shells, JAAS lines, JSON and URLs treat specially. */
export function awkwardPassword(): string {
  return `Aa1 "\\$x'#&%=;${randomBytes(12).toString('base64url')}`;
}
