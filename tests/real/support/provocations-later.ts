import { setTimeout as wait } from 'node:timers/promises';
import { kafkaFor } from '../../../sandbox/src/kafka/client.ts';
import { withAdmin } from '../../../sandbox/src/kafka/topics.ts';
import type { Provocation } from './provocations-start.ts';
import { said, sinkConfig } from './provocations-start.ts';
import { historyOf, NAMES, OTHERS, type ProvokedSite, SINK_CODE } from './provoked-site.ts';
import { poll } from './provoked-worker.ts';

const READ_COMMITTED = { 'snapshot.isolation.mode': 'read_committed' };

/** A connector that has copied and streamed, and then was stopped: its position is stored. */
async function settled(
  site: ProvokedSite,
  name: string,
  changes: Record<string, string> = {},
): Promise<void> {
  const { at } = site;
  await at.register(`p-${name}`, site.variant(name, changes));
  await streams(site, name);
  await at.stop(`p-${name}`);
}

/** Waits until it has copied, and reads the change tables. */
async function streams({ at }: ProvokedSite, name: string): Promise<void> {
  const server = `${NAMES.prefix}${name}`.replaceAll('.', '\\.');
  await at.logged(new RegExp(`Snapshot ended with .*serverName=${server},`), 60);
  await wait(2000);
}

/** Goes on after something was spoiled, and gives the trace or the entry of the log. */
async function then(site: ProvokedSite, name: string, fragment?: RegExp): Promise<string> {
  await site.at.resume(`p-${name}`);
  const text = await (fragment === undefined ? site.at.trace(`p-${name}`) : site.at.logged(fragment));
  await site.at.remove(`p-${name}`);
  return text;
}

/** Another position; the connector stands still. */
async function position(site: ProvokedSite, name: string, offset: Record<string, unknown>): Promise<void> {
  await site.at.change('PATCH', `/connectors/p-${name}/offsets`, offsetsOf(site, name, offset));
}

function offsetsOf(site: ProvokedSite, name: string, offset: Record<string, unknown>) {
  const partition = { server: `${NAMES.prefix}${name}`, database: site.hospital.database.name };
  return { offsets: [{ partition, offset }] };
}

const LONG_AGO = { commit_lsn: '00000001:00000001:0001', change_lsn: 'NULL', event_serial_no: 0 };

/** What a connector meets that has a past. */
export const AFTERWARDS: readonly Provocation[] = [
  {
    number: 9,
    what: 'a position that SQL Server does not have any more',
    code: 'position-lost',
    async text(site) {
      await settled(site, 'lost', { 'snapshot.mode': 'initial' });
      await position(site, 'lost', LONG_AGO);
      return then(site, 'lost');
    },
  },
  {
    number: 10,
    what: 'a lost position under when_needed',
    code: 'copying-again',
    async text(site) {
      await settled(site, 'again', { 'snapshot.mode': 'when_needed' });
      await position(site, 'again', LONG_AGO);
      return then(site, 'again', /Attempting to snapshot data to fill the gap/);
    },
  },
  {
    number: 11,
    what: 'a history topic that was deleted',
    code: 'history-missing',
    async text(site) {
      await settled(site, 'deleted', { 'snapshot.mode': 'initial' });
      await withAdmin((admin) => admin.deleteTopics({ topics: [historyOf('deleted')] }));
      return then(site, 'deleted');
    },
  },
  {
    number: 13,
    what: 'a history that cannot be read in time',
    code: 'history-unreadable',
    async text(site) {
      await settled(site, 'slow');
      // The end of a transaction has an offset, and no consumer ever sees it: as a line that never brings the last record.
      const producer = (await kafkaFor()).producer({
        transactionalId: 'provoked',
        maxInFlightRequests: 1,
        idempotent: true,
      });
      await producer.connect();
      const transaction = await producer.transaction();
      await transaction.send({ topic: historyOf('slow'), messages: [{ value: '{}' }] });
      await transaction.commit();
      await producer.disconnect();
      await site.at.register(
        'p-slow',
        site.variant('slow', { 'schema.history.internal.kafka.recovery.attempts': '2' }),
      );
      return then(site, 'slow');
    },
  },
  {
    number: 14,
    what: 'somebody else who writes into the history',
    code: 'history-shared',
    async text(site) {
      await settled(site, 'shared');
      const producer = (await kafkaFor()).producer();
      await producer.connect();
      let writing = true;
      const writes = (async () => {
        while (writing) {
          await producer.send({ topic: historyOf('shared'), messages: [{ value: '{}' }] });
          await wait(5);
        }
      })();
      try {
        return await then(site, 'shared', /Detected changed end offset/);
      } finally {
        writing = false;
        await writes;
        await producer.disconnect();
      }
    },
  },
  {
    number: 15,
    what: 'a history topic that is compacted',
    code: 'history-settings',
    async text(site) {
      await settled(site, 'compacted');
      await withAdmin((admin) =>
        admin.alterConfigs({
          validateOnly: false,
          resources: [
            {
              type: 2,
              name: historyOf('compacted'),
              configEntries: [{ name: 'cleanup.policy', value: 'compact' }],
            },
          ],
        }),
      );
      return then(site, 'compacted', /option 'cleanup\.policy' should be/);
    },
  },
  {
    number: 24,
    what: 'a copy that is asked for without a signal table',
    code: 'signal-table',
    async text(site) {
      const changes = {
        'signal.data.collection': '',
        'signal.enabled.channels': 'file',
        'signal.file': '/tmp/cdc/asked',
      };
      await site.at.register('p-signal', site.variant('signal', changes));
      await site.at.runs('p-signal');
      const signal = {
        id: 'x',
        type: 'execute-snapshot',
        data: { type: 'incremental', 'data-collections': ['x.dbo.Patients'] },
      };
      const command = `until [ -s /tmp/cdc/asked ]; do echo '${JSON.stringify(signal)}' > /tmp/cdc/asked; sleep 1; done`;
      await site.at.worker.exec('/bin/busybox', 'sh', '-c', command);
      const text = await site.at.logged(/Incremental snapshot is not properly configured/);
      await site.at.remove('p-signal');
      return text;
    },
  },
  {
    number: 44,
    what: 'a change while another one is not read yet',
    code: 'rebalancing',
    async text(site) {
      // A connector that goes asks for a rebalance, which the worker begins only after all that waits in its queue.
      await settled(site, 'busy');
      return poll('the worker is busy', 40, async () => {
        await site.at.register('p-leaves', site.variant('leaves', { 'database.names': OTHERS.empty }));
        const answers = await Promise.all([
          site.at.ask('DELETE', '/connectors/p-leaves'),
          ...Array.from({ length: 8 }, () => site.at.ask('POST', '/connectors/p-busy/restart')),
        ]);
        return answers.find(({ status }) => status === 409)?.text;
      }).finally(() => Promise.all(['p-busy', 'p-leaves'].map(site.at.remove)));
    },
  },
  {
    number: 20,
    what: 'change data capture that was switched off',
    code: 'cdc-off',
    async text(site) {
      await site.at.register(
        'p-off',
        site.variant('off', { 'database.names': OTHERS.off, ...READ_COMMITTED }),
      );
      await streams(site, 'off');
      await site.sql(OTHERS.off, 'EXEC sys.sp_cdc_disable_db');
      const text = await site.at.logged(/Invalid object name '[^']*cdc\./);
      await site.at.remove('p-off');
      return text;
    },
  },
];

/** What locks and stopped services do; one after the other, since they disturb each other. */
export const DISTURBED: readonly Provocation[] = [
  {
    number: 22,
    what: 'a lock that somebody holds',
    code: 'lock-timeout',
    text: (site) =>
      locked(site, () =>
        said(
          site,
          'lock',
          {
            'snapshot.isolation.mode': 'repeatable_read',
            'snapshot.locking.mode': 'exclusive',
            'snapshot.lock.timeout.ms': '1000',
          },
          /Lock request time out/,
        ),
      ),
  },
  {
    number: 49,
    what: 'a query that takes too long',
    code: 'sql-query-timeout',
    text: (site) =>
      said(
        site,
        'query',
        { 'database.query.timeout.ms': '1000', 'heartbeat.action.query': "WAITFOR DELAY '00:00:08'" },
        /query has timed out/,
      ),
  },
  {
    number: 23,
    what: 'two who wait for each other',
    code: 'deadlock',
    text: deadlocked,
  },
];

/** While somebody holds dbo.Patients for itself. */
async function locked<T>(site: ProvokedSite, work: () => Promise<T>): Promise<T> {
  const pool = await site.hospital.standin.pool(site.hospital.database.name);
  const transaction = pool.transaction();
  await transaction.begin();
  try {
    await transaction.request().query('SELECT COUNT(*) FROM dbo.Patients WITH (TABLOCKX)');
    return await work();
  } finally {
    await transaction.rollback();
    await pool.close();
  }
}

/** Debezium locks the tables by name: it waits for Stock and holds what comes before; whoever waits first is the victim. */
async function deadlocked(site: ProvokedSite): Promise<string> {
  const pool = await site.hospital.standin.pool(site.hospital.database.name);
  const transaction = pool.transaction();
  await transaction.begin();
  const lock = (table: string) =>
    transaction.request().query(`SELECT COUNT(*) FROM dbo.${table} WITH (TABLOCKX)`);
  const { default: pg } = await import('pg');
  const watch = new pg.Client(site.sandbox.postgres.superuser);
  await watch.connect();
  try {
    await lock('Stock');
    await site.at.register(
      'p-deadlock',
      site.variant('deadlock', {
        'snapshot.isolation.mode': 'repeatable_read',
        'snapshot.locking.mode': 'exclusive',
        'snapshot.lock.timeout.ms': '20000',
      }),
    );
    for (let waiting = false; !waiting; await wait(50)) {
      const { rows } = await watch.query(
        `SELECT 1 FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
         WHERE NOT l.granted AND l.locktype = 'relation' AND a.datname = 'messages_provoked'`,
      );
      waiting = rows.length > 0;
    }
    const [text] = await Promise.all([
      site.at.logged(/deadlocked on lock resources/),
      lock('Patients').catch(() => undefined),
    ]);
    return text;
  } finally {
    await site.at.remove('p-deadlock').catch(() => {});
    await transaction.rollback().catch(() => {});
    await pool.close();
    await watch.end();
  }
}

/** A record of a facility, with one field more than the table of the warehouse has. */
const RECORD = (() => {
  const key = { type: 'struct', fields: [{ type: 'string', field: 'id' }] };
  const value = {
    type: 'struct',
    name: 'Visits',
    fields: [...key.fields, { type: 'string', field: 'Extra' }],
  };
  return {
    key: JSON.stringify({ schema: key, payload: { id: '1' } }),
    value: JSON.stringify({ schema: value, payload: { id: '1', Extra: 'x' } }),
  };
})();

export const AT_THE_SINK: readonly Provocation[] = [
  {
    number: 55,
    what: 'a table that is missing and may not be made',
    code: 'sink-schema-conflict',
    async text(site) {
      const topic = `cdc.${SINK_CODE}.Visits`;
      await withAdmin((admin) => admin.createTopics({ topics: [{ topic }], waitForLeaders: true }));
      const producer = (await kafkaFor()).producer();
      await producer.connect();
      await producer.send({ topic, messages: [RECORD] });
      await producer.disconnect();
      await site.sink.register('s-table', sinkConfig(site, { 'schema.evolution': 'none' }));
      const text = await site.sink.trace('s-table');
      await site.sink.remove('s-table');
      return text;
    },
  },
  {
    number: 55,
    what: 'a column that may not be empty',
    code: 'sink-schema-conflict',
    async text(site) {
      const { default: pg } = await import('pg');
      const client = new pg.Client(site.warehouse);
      await client.connect();
      await client.query('CREATE TABLE public."Visits" (id text PRIMARY KEY)');
      await client.end();
      await site.sink.register(
        's-column',
        sinkConfig(site, { 'consumer.override.group.id': `cdc.${SINK_CODE}.other` }),
      );
      const text = await site.sink.trace('s-column');
      await site.sink.remove('s-column');
      return text;
    },
  },
];

/** What ends a connector's world: last. */
export const AT_THE_END: readonly Provocation[] = [
  {
    number: 30,
    what: 'a database that was dropped',
    code: 'sql-login',
    async text(site) {
      await site.at.register(
        'p-gone',
        site.variant('gone', { 'database.names': OTHERS.gone, ...READ_COMMITTED }),
      );
      await site.at.runs('p-gone');
      await site.at.stop('p-gone');
      await site.sql('master', `DROP DATABASE [${OTHERS.gone}]`);
      return then(site, 'gone', /Failed to reconfigure connector's tasks \(p-gone\)/);
    },
  },
  {
    number: 1,
    what: 'an Agent that stands still',
    code: 'agent-stopped',
    async text(site) {
      await site.sql('master', 'GRANT VIEW SERVER STATE TO cdc_reader');
      await site.sql(OTHERS.empty, 'EXEC standin.agent_stop');
      return said(
        site,
        'agent',
        { 'database.names': OTHERS.empty, ...READ_COMMITTED },
        /in the database; SQL Server Agent is not running/,
      );
    },
  },
  {
    number: 48,
    what: 'a queue larger than the memory',
    code: 'out-of-memory',
    async text(site) {
      await site.at.register(
        'p-memory',
        site.variant('memory', { 'max.queue.size': '200000000', 'max.batch.size': '2048' }),
      );
      return poll('the worker runs out of memory', 40, async () => {
        const log = await site.at.worker.logs();
        return log.split('\n').find((line) => line.includes('OutOfMemoryError'));
      });
    },
  },
];
