import type { NetworkFailure } from './network-port.ts';

const KINDS: Record<string, NetworkFailure['kind']> = {
  ENOTFOUND: 'name-unknown',
  EAI_AGAIN: 'name-unknown',
  EAI_NODATA: 'name-unknown',
  EAI_NONAME: 'name-unknown',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
};

/**
 * A system error in our words. A name with several addresses fails with one error for each; the first one speaks.
 * @param error what node:net, node:tls or node:dns threw
 */
export function networkFailure(error: unknown): NetworkFailure {
  const errors = (error as { errors?: unknown[] }).errors;
  const first = (Array.isArray(errors) && errors.length > 0 ? errors[0] : error) as NodeJS.ErrnoException;
  const code = first.code ?? 'UNKNOWN';
  const kind = KINDS[code] ?? (/^(ERR_SSL|EPROTO)/.test(code) ? 'no-tls' : 'other');
  return { kind, code, message: first.message };
}

/** An error that {@link networkFailure} knows. */
export function failureCode(code: string, message: string): Error & { code: string } {
  return Object.assign(new Error(message), { code });
}
