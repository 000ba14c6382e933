import type { NetworkAnswer, NetworkFailure } from '../../adapters/network-port.ts';
import type { SqlTlsView } from '../../adapters/sqlserver-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { isSameMachine } from './same-machine.ts';

const ID = 'sql-tls';

const DAY_MS = 86_400_000;
const EXPIRY_WARNING_DAYS = 30;
/** Java 17, in the container: `jdk.certpath.disabledAlgorithms`. */
const SMALLEST_RSA_BITS = 1024;
const USUAL_RSA_BITS = 2048;
/** What SQL Server calls the certificate that it makes when it is given none: a new one at each start. */
const MADE_UP = 'SSL_Self_Signed_Fallback';

export type SqlTlsFacts = { answer: NetworkAnswer<SqlTlsView>; nowMs: number };

/**
 * Encryption of the line to SQL Server, before any login: protocol, suite, and the certificate with its issuer, names and
 * dates. The Java in the container is stricter than most programs on Windows.
 */
export const sqlTls: FacilityCheck<SqlTlsFacts> = {
  id: ID,
  title: 'SQL Server proves who it is',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['sql-tcp'],
  timeoutMs: 6000,

  probe: async ({ sql, clock }, signal) => ({ answer: await sql.tls(signal), nowMs: clock.now() }),

  judge({ answer, nowMs }, settings) {
    if (!settings.database.encrypt) return unencrypted(answer, settings);
    if (!answer.ok) return noHandshake(answer.failure, settings);
    const view = answer.value;
    return (
      tooOld(view) ??
      (settings.database.trustServerCertificate
        ? unverified(view, nowMs, settings)
        : refusedByClient(view, nowMs, settings)) ??
      weak(view) ??
      expiresSoon(view, nowMs, settings) ??
      pass(`${view.protocol}, certificate of ${view.issuer}`, seen(view))
    );
  },
};

function seen(view: SqlTlsView): string {
  const key = `${view.keyType}${view.keyBits === undefined ? '' : ` ${view.keyBits}`}`;
  return (
    `${view.protocol}, certificate for ${view.subject}, issued by ${view.issuer}, names: ` +
    `${view.names.join(', ') || 'none'}, valid until ${view.validTo.slice(0, 10)}, ${key}`
  );
}

function daysLeft(view: SqlTlsView, nowMs: number): number {
  return Math.floor((Date.parse(view.validTo) - nowMs) / DAY_MS);
}

function unencrypted(answer: SqlTlsFacts['answer'], { database }: FacilitySettings): Verdict {
  if (isSameMachine(database.host))
    return pass('not encrypted; the line does not leave this machine', 'DB_ENCRYPT=false');
  return warn(`${ID}-off`, 'The line to SQL Server is not encrypted.', {
    current: `DB_ENCRYPT=false; the server ${answer.ok ? `offers ${answer.value.protocol}` : 'does not offer it'}`,
    required: 'DB_ENCRYPT=true',
    remedy: {
      text: 'Patients’ data travel in the open, and so does the password as good as. Turn encryption on.',
      commands: ['clinicmaster-cdc init --db-encrypt true'],
      who: 'you',
    },
  });
}

function noHandshake({ kind, code, message }: NetworkFailure, { database }: FacilitySettings): Verdict {
  const current = `${code}: ${message}`;
  if (code === 'ENOTTDS') {
    return fail(`${ID}-not-sql-server`, 'What answers at this port is not SQL Server.', {
      current: `${database.host}:${database.port}`,
      required: 'The host and TCP port of SQL Server.',
      remedy: { text: 'Correct DB_HOST and DB_PORT.', who: 'you' },
    });
  }
  if (code === 'ENOENCRYPT') {
    return fail(`${ID}-none`, 'SQL Server declines to encrypt the connection.', {
      current,
      required: 'TLS 1.2',
      remedy: {
        text: 'The DBA repairs the encryption of SQL Server (its certificate and service account). On the same machine only, turn encryption off.',
        commands: ['clinicmaster-cdc init --db-encrypt false'],
        who: 'dba',
      },
    });
  }
  if (kind === 'timeout') {
    return fail(`${ID}-timeout`, 'SQL Server took the connection and then did not answer.', {
      current,
      required: 'An answer within 5 s.',
      remedy: {
        text:
          'SQL Server is overloaded, or something between drops large packets (a VPN with a smaller packet size). ' +
          'Run it again; then ask the DBA.',
        who: 'dba',
      },
    });
  }
  return fail(`${ID}-handshake`, 'No encrypted connection to SQL Server comes about.', {
    current,
    required: 'TLS 1.2',
    remedy: {
      text: 'The DBA enables TLS 1.2 (updates of Windows and of SQL Server) and looks for the reason in SQL Server’s error log.',
      who: 'dba',
    },
  });
}

/** What the Java in the container refuses whatever `.env` says. */
function tooOld(view: SqlTlsView): Verdict | undefined {
  if (view.protocol !== 'TLSv1.2' && view.protocol !== 'TLSv1.3') {
    return fail(`${ID}-protocol`, `SQL Server knows ${view.protocol} only, which the container refuses.`, {
      current: view.protocol,
      required: 'TLS 1.2',
      remedy: {
        text: 'Install the updates that bring TLS 1.2: SQL Server (2016 has it; 2014 and older need a service pack) and Windows.',
        who: 'dba',
      },
    });
  }
  if (!view.forwardSecrecy) {
    return fail(`${ID}-cipher`, 'SQL Server offers only cipher suites that the container refuses.', {
      current: view.cipher,
      required: 'a suite that begins with TLS_ECDHE',
      remedy: {
        text: 'Enable the ECDHE suites in Windows, then restart the machine.',
        commands: ['Enable-TlsCipherSuite -Name TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'],
        who: 'dba',
      },
    });
  }
  const tooShort = view.keyType === 'RSA' && (view.keyBits ?? USUAL_RSA_BITS) < SMALLEST_RSA_BITS;
  if (!tooShort && view.hash !== 'MD5') return undefined;
  return fail(`${ID}-broken-key`, 'The certificate of SQL Server is so weak that the container refuses it.', {
    current: `${seen(view)}, ${view.hash}`,
    required: 'RSA with 2048 bits or more, SHA-256',
    remedy: NEW_CERTIFICATE,
  });
}

const NEW_CERTIFICATE = {
  text: 'Install a certificate for the name in DB_HOST: SQL Server Configuration Manager > Protocols > Certificate; restart the service.',
  who: 'dba' as const,
};

/** With DB_TRUST_SERVER_CERTIFICATE=false the driver verifies: what it will say. */
function refusedByClient(
  view: SqlTlsView,
  nowMs: number,
  { database }: FacilitySettings,
): Verdict | undefined {
  const current = seen(view);
  if (Date.parse(view.validTo) < nowMs || Date.parse(view.validFrom) > nowMs) {
    return fail(`${ID}-expired`, 'The certificate of SQL Server is out of date.', {
      current: `${current}; the clock here says ${new Date(nowMs).toISOString().slice(0, 16)}Z`,
      required: 'A certificate in date, and a clock that is right.',
      remedy: {
        ...NEW_CERTIFICATE,
        text: `Check the date of this machine first. ${NEW_CERTIFICATE.text}`,
        commands: ['date -u'],
      },
    });
  }
  if (view.chainError !== undefined) {
    const madeUp = view.subject === MADE_UP || view.selfSigned;
    return fail(
      `${ID}-untrusted`,
      madeUp
        ? 'SQL Server uses a certificate that it made by itself.'
        : 'The certificate of SQL Server is not signed by an authority that this installation knows.',
      {
        current: `${current} (${view.chainError})`,
        required: 'A certificate signed by an authority whose certificate is in ca/sqlserver-ca.pem.',
        remedy: {
          text:
            'Ask the DBA for the certificate of the authority and save it as ca/sqlserver-ca.pem in the facility folder. ' +
            'Where SQL Server uses its own made-up certificate and stands in the same building, accept it as it is.',
          commands: ['clinicmaster-cdc init --db-trust-server-certificate true'],
          who: 'dba',
        },
      },
    );
  }
  if (!view.nameMatches) {
    return fail(`${ID}-wrong-name`, 'The certificate of SQL Server is for another name than DB_HOST.', {
      current,
      required: `${database.host} among the names of the certificate.`,
      remedy: {
        text: 'Use a name that stands in the certificate as DB_HOST, or have the DBA issue one for this name.',
        who: 'dba',
      },
    });
  }
  return undefined;
}

/** With DB_TRUST_SERVER_CERTIFICATE=true anything that answers passes for SQL Server. */
function unverified(view: SqlTlsView, nowMs: number, settings: FacilitySettings): Verdict | undefined {
  if (isSameMachine(settings.database.host)) return undefined;
  const refusal = refusedByClient(view, nowMs, settings);
  if (refusal === undefined) {
    return warn(`${ID}-unverified`, 'The certificate of SQL Server is good, and is not verified.', {
      current: `DB_TRUST_SERVER_CERTIFICATE=true; ${seen(view)}`,
      required: 'DB_TRUST_SERVER_CERTIFICATE=false',
      remedy: {
        text: 'Have it verified: nothing stands against it.',
        commands: ['clinicmaster-cdc init --db-trust-server-certificate false'],
        who: 'you',
      },
    });
  }
  const changes = view.subject === MADE_UP ? ' It is a new one at each start of SQL Server.' : '';
  return warn(`${ID}-unverified`, `The certificate of SQL Server is taken as it is, unverified.${changes}`, {
    current: `${refusal.summary} ${seen(view)}`,
    required: 'A certificate that this installation can verify.',
    remedy: {
      text: `Bearable inside one building. Better: ${NEW_CERTIFICATE.text} Then set DB_TRUST_SERVER_CERTIFICATE=false.`,
      who: 'dba',
    },
  });
}

function weak(view: SqlTlsView): Verdict | undefined {
  const short = view.keyType === 'RSA' && (view.keyBits ?? USUAL_RSA_BITS) < USUAL_RSA_BITS;
  if (!short && view.hash === 'strong') return undefined;
  return warn(`${ID}-weak`, 'The certificate of SQL Server is weak; newer Java will refuse it.', {
    current: `${seen(view)}, ${view.hash}`,
    required: 'RSA with 2048 bits or more, SHA-256',
    remedy: NEW_CERTIFICATE,
  });
}

function expiresSoon(view: SqlTlsView, nowMs: number, { database }: FacilitySettings): Verdict | undefined {
  const days = daysLeft(view, nowMs);
  if (database.trustServerCertificate || days >= EXPIRY_WARNING_DAYS) return undefined;
  return warn(`${ID}-expires-soon`, `The certificate of SQL Server ends in ${days} days.`, {
    current: seen(view),
    required: `more than ${EXPIRY_WARNING_DAYS} days`,
    remedy: { ...NEW_CERTIFICATE, text: `Renew it in time. ${NEW_CERTIFICATE.text}` },
  });
}
