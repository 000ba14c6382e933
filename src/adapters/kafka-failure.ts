import { failureText, innermostCoded } from './failure-text.ts';
import type { KafkaFailure, KafkaFailureKind } from './kafka-port.ts';
import { networkFailure } from './network-failure.ts';

/**
 * What kafkajs threw, in our words.
 * @param broker `host:port` that was asked
 * @param secrets values that may not appear in the message
 */
export function kafkaFailure(error: unknown, broker: string, secrets: readonly string[]): KafkaFailure {
  const message = failureText(error, secrets);
  const { kind, code } = classify(error, message);
  return { kind, code, message, broker };
}

function classify(error: unknown, message: string): { kind: KafkaFailureKind; code: string } {
  const thrown = error as { name?: string; type?: string };
  if (typeof thrown.type === 'string') return { kind: protocolKind(thrown.type), code: thrown.type };
  // kafkajs wraps whatever ends the SASL exchange, a dead line too, as a failed login.
  if (/timed out|timeout|no answer in time/i.test(message)) return { kind: 'timeout', code: 'ETIMEDOUT' };
  if (/closed connection|connection closed/i.test(message)) return { kind: 'closed', code: 'CLOSED' };
  if (thrown.name === 'KafkaJSSASLAuthenticationError') {
    return /mechanism is not supported/.test(message)
      ? { kind: 'mechanism', code: 'UNSUPPORTED_SASL_MECHANISM' }
      : { kind: 'login', code: 'SASL_AUTHENTICATION_FAILED' };
  }
  const inner = innermostCoded(error);
  if (inner === undefined) return { kind: 'other', code: thrown.name ?? 'UNKNOWN' };
  if (/CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|^INVALID_CA$|^ERR_(SSL|TLS)|^EPROTO$/.test(inner.code)) {
    return { kind: 'tls', code: inner.code };
  }
  if (inner.code === 'ECONNRESET') return { kind: 'closed', code: inner.code };
  const kind = networkFailure(inner.error).kind;
  if (kind === 'timeout') return { kind: 'timeout', code: inner.code };
  return { kind: kind === 'other' ? 'other' : 'unreachable', code: inner.code };
}

function protocolKind(type: string): KafkaFailureKind {
  if (type === 'SASL_AUTHENTICATION_FAILED') return 'login';
  if (type === 'UNSUPPORTED_SASL_MECHANISM') return 'mechanism';
  if (type.endsWith('AUTHORIZATION_FAILED')) return 'not-authorised';
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return 'not-found';
  return 'other';
}
