import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, pass, unknown, warn } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';

const ID = 'sql-agent-running';

/** The capture job writes at least a mark of rest every five minutes; three of them missing is a stop. */
const FRESH_S = 15 * 60;

type ServiceRow = {
  /** `SQL Server Agent (MSSQLSERVER)`: the instance stands in brackets. */
  servicename: string;
  status_desc: string;
  startup_type_desc: string;
  service_account: string | null;
};
type CaptureRow = { age_s: number | null };

export type AgentFacts = {
  services: SqlAnswer<ServiceRow>;
  /** Evidence that any login that can read the schema cdc can see: how long ago the capture job last wrote. */
  capture: SqlAnswer<CaptureRow>;
};

/** SQL Server Agent runs the capture job; while it stands still, nothing is captured and nothing complains. */
export const sqlAgentRunning: FacilityCheck<AgentFacts> = {
  id: ID,
  title: 'SQL Server Agent captures',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const services = await sql.query<ServiceRow>(
      `SELECT servicename, status_desc, startup_type_desc, service_account
       FROM sys.dm_server_services WHERE servicename LIKE N'SQL Server Agent (%'`,
      {},
      signal,
    );
    const capture = await sql.query<CaptureRow>(
      'SELECT DATEDIFF(SECOND, MAX(tran_end_time), GETDATE()) AS age_s FROM cdc.lsn_time_mapping',
      {},
      signal,
    );
    return { services, capture };
  },

  judge({ services, capture }, { database }) {
    const age = capture.ok ? (capture.value[0]?.age_s ?? undefined) : undefined;
    const evidence = age === undefined ? undefined : `the capture job last wrote ${age} s ago`;
    const service = services.ok ? services.value[0] : undefined;
    if (service !== undefined) return judgeService(service, evidence);
    // On Linux the Agent may be part of the engine, and a login without VIEW SERVER STATE sees no services at all.
    if (age !== undefined && age < FRESH_S) return pass('the capture job is writing', evidence);
    const verdict = services.ok
      ? notListed()
      : cannotTell(ID, services.failure, [
          'USE [master];',
          `GRANT VIEW SERVER STATE TO ${bracketed(database.user)};`,
        ]);
    return evidence === undefined
      ? verdict
      : { ...verdict, current: [verdict.current ?? [], evidence].flat().join('; ') };
  },
};

/** The services of an instance by the names that Windows knows: the default instance has one of its own. */
function serviceName(servicename: string): string {
  const instance = /\((.+)\)/.exec(servicename)?.[1] ?? 'MSSQLSERVER';
  return instance === 'MSSQLSERVER' ? 'SQLSERVERAGENT' : `'SQLAgent$${instance}'`;
}

function start(servicename: string): Remedy {
  const name = serviceName(servicename);
  return {
    text: 'Start the Agent and let it start by itself after a reboot. On Windows, as administrator; on Linux, the second.',
    commands: [`Set-Service ${name} -StartupType Automatic; Start-Service ${name}`, LINUX_START],
    who: 'dba',
  };
}

const LINUX_START =
  'sudo /opt/mssql/bin/mssql-conf set sqlagent.enabled true && sudo systemctl restart mssql-server';

/** On Linux the Agent is a part of the engine, and then no service of its own is listed. */
function notListed(): Verdict {
  return unknown(`${ID}-unanswered`, 'SQL Server lists no Agent, and no sign of its work is to be seen.', {
    current: 'no Agent is listed',
    required: 'A running Agent, or changes that arrive.',
    remedy: {
      text: 'On Linux the Agent is a part of SQL Server: have it switched on. Elsewhere, ask the DBA whether it is installed.',
      commands: ['sudo /opt/mssql/bin/mssql-conf get sqlagent', LINUX_START],
      who: 'dba',
    },
  });
}

function judgeService(service: ServiceRow, evidence: string | undefined): Verdict {
  const current = [`${service.status_desc}, starts ${service.startup_type_desc}`, evidence ?? []]
    .flat()
    .join('; ');
  const remedy = start(service.servicename);
  if (service.status_desc !== 'Running') {
    return fail(`${ID}-stopped`, 'SQL Server Agent is not running: nothing is captured.', {
      current,
      required: 'Running, starts Automatic',
      remedy,
    });
  }
  if (service.startup_type_desc !== 'Automatic') {
    return warn(`${ID}-manual`, 'SQL Server Agent will not start by itself after the next reboot.', {
      current,
      required: 'starts Automatic',
      remedy,
    });
  }
  if (/NETWORK ?SERVICE$/i.test(service.service_account ?? '')) {
    return warn(`${ID}-account`, 'SQL Server Agent runs as NETWORK SERVICE, as which capturing can fail.', {
      current: `service account ${service.service_account}`,
      required: 'The virtual account of the service, or an account of its own.',
      remedy: {
        text: 'SQL Server Configuration Manager > SQL Server Services > SQL Server Agent > Log On; capturing fails with error 22832.',
        who: 'dba',
      },
    });
  }
  return pass('running', current);
}
