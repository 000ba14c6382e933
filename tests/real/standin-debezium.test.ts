import type sql from 'mssql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { readTopic, type TopicRecord, withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { facilityNames, TOPIC_PREFIX } from '../../src/connector/names.ts';
import { startTestStandin, type TestStandin } from './support/standin.ts';
import { startWorker, type WorkerContainer } from './support/worker-container.ts';

const LOGIN = { user: 'cdc_reader', password: 'R3ader"of\\the; test' };

interface Variant {
  isolation: 'snapshot' | 'read_committed';
  encrypt: boolean;
}

const VARIANTS: Variant[] = [
  { isolation: 'snapshot', encrypt: true },
  { isolation: 'read_committed', encrypt: false },
];

/** `{key, value}` of a record, without its schemas; a tombstone's value is null. */
function decoded({ key, value }: TopicRecord): { key: unknown; value: Record<string, unknown> | null } {
  const payload = (bytes: Buffer | null) => (bytes === null ? null : JSON.parse(bytes.toString()).payload);
  return { key: payload(key), value: payload(value) };
}

describe.each(VARIANTS)(
  'Debezium 3.6 against the stand-in, isolation $isolation, TLS $encrypt',
  ({ isolation, encrypt }) => {
    const code = `STANDIN-${isolation === 'snapshot' ? 'A' : 'B'}`;
    const database = `Debezium${isolation === 'snapshot' ? 'A' : 'B'}`;
    const names = facilityNames(code);
    /** Debezium writes `_` where a topic's name may hold nothing else. */
    const topic = (table: string) => `${TOPIC_PREFIX}.${database}.dbo.${table.replaceAll(' ', '_')}`;
    let sandbox: Sandbox;
    let standin: TestStandin;
    let pool: sql.ConnectionPool;
    let worker: WorkerContainer;

    const run = async (text: string) => pool.request().batch(text);
    const records = async (table: string) =>
      (await topicExists(topic(table))) ? (await readTopic(topic(table))).map(decoded) : [];
    const untilRecords = (table: string, count: number, seconds = 60) =>
      worker.until(
        `${count} records of ${table}`,
        seconds,
        async () => (await records(table)).length >= count,
      );

    async function removeTopics(): Promise<void> {
      await withAdmin(async (admin) => {
        const own = (await admin.listTopics()).filter(
          (name) => name.startsWith(names.prefix) || name.startsWith(`${TOPIC_PREFIX}.${database}.`),
        );
        if (own.length > 0) await admin.deleteTopics({ topics: own });
      });
    }

    beforeAll(async () => {
      sandbox = await loadSandbox();
      await removeTopics();
      standin = await startTestStandin(`standin_debezium_${isolation}`, {
        encryption: encrypt ? 'required' : 'off',
      });
      const master = await standin.pool();
      await master.request().batch(`CREATE DATABASE ${database}`);
      if (isolation === 'snapshot')
        await master.request().batch(`ALTER DATABASE ${database} SET ALLOW_SNAPSHOT_ISOLATION ON`);
      await master
        .request()
        .batch(`CREATE LOGIN ${LOGIN.user} WITH PASSWORD = N'${LOGIN.password}', CHECK_POLICY = OFF`);
      await master.request().batch(`GRANT VIEW SERVER STATE TO ${LOGIN.user}`);
      await master.close();
      pool = await standin.pool(database);
      await run(SCHEMA);
      await run(`EXEC sys.sp_cdc_enable_db`);
      for (const table of ['Visits', 'Order Lines', 'Wide', 'Moments']) {
        await run(
          `EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'${table}', @role_name = NULL, @supports_net_changes = 0`,
        );
      }
      await run(`EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 1`);
      await run(`EXEC sys.sp_cdc_stop_job @job_type = N'capture'`);
      await run(`EXEC sys.sp_cdc_start_job @job_type = N'capture'`);
      await run(
        `CREATE USER ${LOGIN.user} FOR LOGIN ${LOGIN.user}; CREATE ROLE cdc_role; ALTER ROLE cdc_role ADD MEMBER ${LOGIN.user};
         GRANT SELECT ON SCHEMA::dbo TO cdc_role; GRANT SELECT ON SCHEMA::cdc TO cdc_role; GRANT VIEW DATABASE STATE TO cdc_role`,
      );
      const kafka = await enrolFacility(code);
      worker = await startWorker(
        'docker-compose.facility.yml',
        {
          FACILITY_NAME: 'Debezium Test',
          FACILITY_DHIS2_CODE: code,
          INSTANCE: `-standin-${isolation === 'snapshot' ? 'a' : 'b'}`,
          REST_PORT: isolation === 'snapshot' ? '18193' : '18194',
          DB_HOST: standin.host,
          DB_PORT: String(standin.port),
          DB_USER: LOGIN.user,
          DB_PASS_B64: Buffer.from(LOGIN.password).toString('base64'),
          DB_NAME: database,
          DB_ENCRYPT: String(encrypt),
          SNAPSHOT_ISOLATION_MODE: isolation,
          HEARTBEAT_INTERVAL_MS: '2000',
          KAFKA_BOOTSTRAP_SERVERS: sandbox.kafka.bootstrap,
          KAFKA_USER: kafka.username,
          KAFKA_PASS: kafka.password,
        },
        { 'kafka-ca.pem': sandbox.ca, 'sqlserver-ca.pem': sandbox.ca },
      );
    });

    afterAll(async () => {
      await worker?.remove();
      await pool?.close();
      await standin?.remove();
      await removeTopics();
    });

    test('the snapshot brings every row', async () => {
      await untilRecords('Visits', 3, 120);
      await untilRecords('Order Lines', 2);
      await untilRecords('Wide', 1);
      const visits = await records('Visits');
      expect(visits.map(({ value }) => value?.name)).toEqual(['Amina', 'Brian', null]);
      expect(visits[0]?.key).toEqual({ id: 1, facility_dhis2_code: code });
      const [wide] = await readTopic(topic('Wide'));
      // JSON.parse rounds what is above 2^53: those two are looked for as they are written.
      const text = wide?.value?.toString();
      expect(text).toContain('"id":9007199254740993');
      expect(text).toContain('"c_dt2":253402300799999999');
      const { id, c_dt2, ...value } = decoded(wide as TopicRecord).value ?? {};
      expect(value).toEqual({ ...WIDE, facility_dhis2_code: code, facility_name: 'Debezium Test' });
    });

    test('inserts, updates, deletes and key changes stream in order', async () => {
      await run(`INSERT INTO Visits (name, fee) VALUES (N'Čáñ 🙂', 12.50), (NULL, NULL)`);
      await run(`UPDATE Visits SET fee = 99.99 WHERE id = 1`);
      await run(`DELETE FROM Visits WHERE id = 2`);
      await run(`UPDATE [Order Lines] SET [line no] = 7 WHERE [order] = 1 AND [line no] = 2`);
      await run(
        `BEGIN TRAN; UPDATE Visits SET fee = 1 WHERE id = 3; SAVE TRAN s; UPDATE Visits SET fee = 2 WHERE id = 3; ROLLBACK TRAN s; COMMIT`,
      );
      await run(`BEGIN TRAN; DELETE FROM Visits; ROLLBACK`);
      await untilRecords('Visits', 8);
      await untilRecords('Order Lines', 4);
      const streamed = (await records('Visits')).slice(3);
      expect(streamed.map(({ key, value }) => [(key as { id: number }).id, value?.fee ?? null])).toEqual([
        [4, expect.anything()],
        [5, null],
        [1, expect.anything()],
        [2, null],
        [3, expect.anything()],
      ]);
      expect(streamed[0]?.value?.name).toBe('Čáñ 🙂');
      expect(streamed[3]?.value).toBeNull();
      const lines = (await records('Order Lines')).slice(2);
      expect(lines.map(({ key }) => key)).toEqual([
        { order: 1, 'line no': 2, facility_dhis2_code: code },
        { order: 1, 'line no': 7, facility_dhis2_code: code },
      ]);
      expect(lines[0]?.value).toBeNull();
    });

    test('moments with an offset are those of SQL Server, from year 1 to 9999, copied and streamed', async () => {
      await untilRecords('Moments', 1);
      const values = MOMENTS.map(([text], i) => `(${i + 2}, '${text}', NULL)`);
      await run(`INSERT INTO Moments (id, at, seen) VALUES ${values.join(', ')}`);
      await untilRecords('Moments', MOMENTS.length + 1);
      const rows = (await records('Moments')).map(({ value }) => value);
      const [copied, ...streamed] = rows.map((row) => row?.at);
      expect(copied).toBe('1969-12-31T23:59:59.999999Z');
      expect(streamed).toEqual(MOMENTS.map(([, sent]) => sent));
      expect(rows.at(-1)).toMatchObject({ since: '2019-01-01T00:00:00+02:00', seen: null });
    });

    test('NULL in a column of an old large type is NULL after an update too, whether the update touched it or not', async () => {
      const before = (await records('Wide')).length;
      await run(`UPDATE Wide SET c_text = NULL, c_image = NULL WHERE id = 9007199254740993`);
      await run(`UPDATE Wide SET c_ntext = NULL, c_xml = NULL, c_int = 7 WHERE id = 9007199254740993`);
      await run(`UPDATE Wide SET c_int = 8 WHERE id = 9007199254740993`);
      await untilRecords('Wide', before + 3);
      const [first, second, third] = (await records('Wide')).slice(before).map(({ value }) => value);
      expect(first).toMatchObject({ c_text: null, c_image: null, c_ntext: 'old ntext', c_xml: '<a>1</a>' });
      const all = { c_text: null, c_image: null, c_ntext: null, c_xml: null, c_nmax: 'long' };
      expect(second).toMatchObject({ ...all, c_int: 7 });
      expect(third).toMatchObject({ ...all, c_int: 8 });
    });

    test('a restart goes on from the stored position, without another snapshot', async () => {
      const before = (await records('Visits')).length;
      await worker.docker.stop(worker.name, 60);
      await run(`INSERT INTO Visits (name) VALUES (N'while away')`);
      await worker.docker.start(worker.name);
      await untilRecords('Visits', before + 1, 120);
      await run(`INSERT INTO Visits (name) VALUES (N'back again')`);
      await worker.until('the last row', 60, async () =>
        (await records('Visits')).some(({ value }) => value?.name === 'back again'),
      );
      const names = (await records('Visits')).slice(before).map(({ value }) => value?.name);
      expect(names.filter((name) => name === 'while away')).toHaveLength(1);
      expect(names).not.toContain('Brian');
      expect(await worker.logs()).not.toContain('NullPointerException');
    });

    test('a stand-in that was away is met again, and nothing is lost', async () => {
      await pool.close();
      await standin.restart();
      pool = await standin.pool(database);
      await run(`INSERT INTO Visits (name) VALUES (N'after the restart')`);
      await worker.until('the row after the restart', 120, async () =>
        (await records('Visits')).some(({ value }) => value?.name === 'after the restart'),
      );
    });

    test('the stand-in itself reported no bug', () => {
      expect(standin.reports).toEqual([]);
    });
  },
);

async function topicExists(name: string): Promise<boolean> {
  return withAdmin(async (admin) => (await admin.listTopics()).includes(name));
}

const SCHEMA = `
CREATE TABLE Visits (id int IDENTITY(1,1) PRIMARY KEY, name nvarchar(100) NULL, fee decimal(10,2) NULL DEFAULT 5,
  at datetime2(3) NOT NULL DEFAULT '2026-01-02T03:04:05.678');
CREATE TABLE [Order Lines] ([order] int NOT NULL, [line no] smallint NOT NULL, [text] varchar(max) NULL,
  CONSTRAINT [PK lines] PRIMARY KEY ([order], [line no]));
CREATE TABLE Wide (id bigint NOT NULL PRIMARY KEY, c_bit bit, c_tiny tinyint, c_small smallint, c_int int DEFAULT 42,
  c_dec decimal(38,10), c_num numeric(9,0), c_money money, c_smoney smallmoney, c_float float, c_real real,
  c_date date DEFAULT '2019-02-03', c_time time(7), c_dt2 datetime2(7), c_dto datetimeoffset(7), c_dt datetime,
  c_sdt smalldatetime, c_char char(5), c_vc varchar(50) DEFAULT 'abc', c_nchar nchar(5), c_nvc nvarchar(50),
  c_nmax nvarchar(max), c_text text, c_ntext ntext, c_bin binary(4), c_vbin varbinary(20), c_image image,
  c_guid uniqueidentifier, c_xml xml, c_rv rowversion);
CREATE TABLE Moments (id int NOT NULL PRIMARY KEY, at datetimeoffset(7) NULL,
  since datetimeoffset NOT NULL DEFAULT '2019-01-01 00:00:00 +02:00', seen datetimeoffset NULL DEFAULT SYSDATETIMEOFFSET());
INSERT INTO Moments (id, at) VALUES (1, '1969-12-31 23:59:59.9999999 +00:00');
INSERT INTO Visits (name) VALUES (N'Amina'), (N'Brian'), (NULL);
INSERT INTO [Order Lines] VALUES (1, 1, 'a'), (1, 2, NULL);
INSERT INTO Wide (id, c_bit, c_tiny, c_small, c_int, c_dec, c_num, c_money, c_smoney, c_float, c_real, c_date, c_time, c_dt2,
  c_dto, c_dt, c_sdt, c_char, c_vc, c_nchar, c_nvc, c_nmax, c_text, c_ntext, c_bin, c_vbin, c_image, c_guid, c_xml)
VALUES (9007199254740993, 1, 255, -32768, NULL, 1234567890123456789012345678.0123456789, -999999999, -922337203685477.5808,
  214748.3647, 0.1, 3.5, '0001-01-01', '23:59:59.9999999', '9999-12-31 23:59:59.9999999',
  '2024-02-29 12:34:56.1234567 +03:00', '1753-01-01 00:00:00.003', '2079-06-06 23:59', 'ab', NULL, N'xy', N' trailing  ',
  N'long', 'old text', N'old ntext', 0x01020304, 0x, 0xFF00, '6F9619FF-8B86-D011-B42D-00C04FC964FF', '<a>1</a>');
`;

/** As T-SQL writes them, and as they are sent: the seventh digit of a second is cut. */
const MOMENTS = [
  ['0001-01-01 00:00:00 +00:00', '0001-01-01T00:00:00Z'],
  ['0001-01-01 14:00:00 +14:00', '0001-01-01T14:00:00+14:00'],
  ['1582-10-04 12:00:00 +03:00', '1582-10-04T12:00:00+03:00'],
  ['1969-12-31 23:59:58.5 +00:00', '1969-12-31T23:59:58.5Z'],
  ['2024-01-01 02:59:59.9999999 +03:00', '2024-01-01T02:59:59.999999+03:00'],
  ['9999-12-31 09:59:59.9999999 -14:00', '9999-12-31T09:59:59.999999-14:00'],
] as const;

/** The row of `Wide` as Debezium writes it: decimals and binaries in base64, times in microseconds, dates in days. */
const WIDE = {
  c_bit: true,
  c_tiny: 255,
  c_small: -32768,
  c_int: null,
  c_dec: decimal(12345678901234567890123456780123456789n),
  c_num: decimal(-999999999n),
  c_money: decimal(-(2n ** 63n)),
  c_smoney: decimal(2n ** 31n - 1n),
  c_float: 0.1,
  c_real: 3.5,
  c_date: -719_162,
  c_time: 86_399_999_999,
  c_dto: '2024-02-29T12:34:56.123456+03:00',
  c_dt: Date.UTC(1753, 0, 1, 0, 0, 0, 3) * 1000,
  c_sdt: Date.UTC(2079, 5, 6, 23, 59) * 1000,
  c_char: 'ab   ',
  c_vc: null,
  c_nchar: 'xy   ',
  c_nvc: ' trailing  ',
  c_nmax: 'long',
  c_text: 'old text',
  c_ntext: 'old ntext',
  c_bin: 'AQIDBA==',
  c_vbin: '',
  c_image: '/wA=',
  c_guid: '6F9619FF-8B86-D011-B42D-00C04FC964FF',
  c_xml: '<a>1</a>',
  c_rv: 'AAAAAAAAAAE=',
};

/** An unscaled value as Connect's Decimal holds it: big-endian two's complement in as few bytes as hold it, in base64. */
function decimal(unscaled: bigint): string {
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, unscaled) !== unscaled) bytes++;
  const hex = BigInt.asUintN(bytes * 8, unscaled)
    .toString(16)
    .padStart(bytes * 2, '0');
  return Buffer.from(hex, 'hex').toString('base64');
}
