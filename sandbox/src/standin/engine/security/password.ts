import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

// A sandbox login is checked many times a minute by connection pools, so the cost is kept low.
const COST = { N: 1024 };

/** Salted hash of a login's password, as text. */
export function hashPassword(password: string): string {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${scryptSync(password, salt, 32, COST).toString('hex')}`;
}

export function verifyPassword(password: string, stored: string): boolean {
  const [salt, hash] = stored.split(':');
  if (!salt || !hash) return false;
  const given = scryptSync(password, Buffer.from(salt, 'hex'), 32, COST);
  return timingSafeEqual(given, Buffer.from(hash, 'hex'));
}
