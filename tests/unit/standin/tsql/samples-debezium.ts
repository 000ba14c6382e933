import type { DECLARED } from './support.ts';

export const DB = '[ClinicMasterMOH]';
export const E21 = `SELECT cdc_data.[__$start_lsn], cdc_data.[__$seqval], cdc_data.[__$operation], cdc_data.[__$update_mask], [PatientNo], [FirstName],
TODATETIMEOFFSET(ltm.tran_begin_time, DATEPART(TZOFFSET, SYSDATETIMEOFFSET())) FROM ${DB}.cdc.[dbo_Patients_CT] AS cdc_data
LEFT JOIN ${DB}.cdc.lsn_time_mapping ltm ON ltm.start_lsn = cdc_data.[__$start_lsn]  WHERE (([cdc_data].[__$start_lsn] =  @P0 AND
[cdc_data].[__$seqval] =  @P1 AND [cdc_data].[__$operation] >  @P2 ) OR ([cdc_data].[__$start_lsn] =  @P3 AND [cdc_data].[__$seqval] >
 @P4 ) OR ([cdc_data].[__$start_lsn] >  @P5 )) AND [cdc_data].[__$start_lsn] <=  @P6 ORDER BY cdc_data.[__$start_lsn] ASC,
cdc_data.[__$command_id] ASC, cdc_data.[__$seqval] ASC, cdc_data.[__$operation] ASC`;
export const CHANGE_PARAMETERS = ['bytes', 'bytes', 'int', 'bytes', 'bytes', 'bytes', 'bytes'] as const;
const E22 = `SELECT [__$start_lsn], [__$seqval], [__$operation], [__$update_mask], [PatientNo], [FirstName], TODATETIMEOFFSET(${DB}.sys.fn_cdc_map_lsn_to_time(
[__$start_lsn]), DATEPART(TZOFFSET, SYSDATETIMEOFFSET())) FROM ${DB}.cdc.[fn_cdc_get_all_changes_dbo_Patients]( @P0 ,  @P1 , N'all update old')
 WHERE (([__$start_lsn] =  @P2 AND [__$seqval] =  @P3 AND [__$operation] >  @P4 ) OR ([__$start_lsn] =  @P5 AND [__$seqval] >  @P6 ) OR
([__$start_lsn] >  @P7 )) AND [__$start_lsn] <=  @P8 ORDER BY [__$start_lsn] ASC, [__$seqval] ASC, [__$operation] ASC`;
const CHANGES = [
  '__$start_lsn binary(10)?',
  '__$seqval binary(10)?',
  '__$operation int?',
  '__$update_mask varbinary(128)?',
];
const CAPTURED = ['PatientNo varchar(20)?', 'FirstName nvarchar(50)?', 'datetimeoffset(3)?'];
const E9 = (condition: string, first: string, second: string) =>
  `WITH ordered_change_tables AS (SELECT ROW_NUMBER() OVER (PARTITION BY ct.source_object_id, ct.start_lsn ORDER BY ct.create_date DESC) AS ct_sequence, ct.* FROM ${DB}.cdc.change_tables AS ct${condition}) SELECT OBJECT_SCHEMA_NAME(source_object_id, DB_ID( ${first} )), OBJECT_NAME(source_object_id, DB_ID( ${second} )), capture_instance, object_id, start_lsn FROM ordered_change_tables WHERE ct_sequence = 1`;
const INSTANCES = [
  'nvarchar(128)?',
  'nvarchar(128)?',
  'capture_instance nvarchar(128)?',
  'object_id int?',
  'start_lsn binary(10)?',
];

type Kinds = (keyof typeof DECLARED)[];
/** What the connector sends: catalogue number of the text, text, declared parameters, columns that come back. */
export const DEBEZIUM_QUERIES: [id: string, text: string, parameters: Kinds, columns: string[]][] = [
  ['E0', 'SELECT @@VERSION', [], ['nvarchar(300)?']],
  ['E2', `SELECT COUNT(*) FROM ${DB}.cdc.change_tables`, [], ['int']],
  ['E3', 'SELECT name FROM sys.databases WHERE name =  @P0 ', ['string'], ['name nvarchar(128)?']],
  ['E4', 'SELECT 1', [], ['int']],
  ['E7', `SELECT ${DB}.sys.fn_cdc_get_max_lsn()`, [], ['binary(10)?']],
  [
    'E8',
    `SELECT object_id, column_name FROM ${DB}.cdc.captured_columns ORDER BY object_id, column_id`,
    [],
    ['object_id int?', 'column_name nvarchar(128)?'],
  ],
  [
    'E8b',
    `SELECT tables.object_id, columns.name FROM ${DB}.sys.columns columns INNER JOIN ${DB}.cdc.change_tables tables ON tables.source_object_id = columns.object_id ORDER BY tables.object_id, columns.column_id`,
    [],
    ['object_id int?', 'name nvarchar(128)?'],
  ],
  ['E9', E9('', '@P0', '@P1'), ['string', 'string'], INSTANCES],
  ['E10', E9(' WHERE ct.start_lsn <=  @P0 ', '@P1', '@P2'), ['bytes', 'string', 'string'], INSTANCES],
  ['E12', 'SELECT SYSDATETIMEOFFSET()', [], ['datetimeoffset(7)']],
  [
    'E13',
    `SELECT [PatientNo], [FirstName] FROM ${DB}.[dbo].[Patients]`,
    [],
    ['PatientNo varchar(20)', 'FirstName nvarchar(50)'],
  ],
  ['E15', `SELECT MAX(start_lsn) FROM ${DB}.cdc.lsn_time_mapping WHERE tran_id <> 0x00`, [], ['binary(10)?']],
  [
    'E16',
    `SELECT MAX(start_lsn) FROM (SELECT TOP ( @P0 ) start_lsn FROM ${DB}.cdc.lsn_time_mapping WHERE tran_id <> 0x00 ORDER BY start_lsn) as next_lsns`,
    ['int'],
    ['binary(10)?'],
  ],
  [
    'E17',
    `SELECT MAX(start_lsn) FROM (SELECT TOP ( @P0 + 1) start_lsn FROM ${DB}.cdc.lsn_time_mapping WHERE start_lsn >=  @P1 AND tran_id <> 0x00 ORDER BY start_lsn) as next_lsns`,
    ['int', 'bytes'],
    ['binary(10)?'],
  ],
  [
    'E18',
    `SELECT CASE WHEN dss.[status]=4 THEN 1 ELSE 0 END AS isRunning FROM ${DB}.sys.dm_server_services dss WHERE dss.[servicename] LIKE N'SQL Server Agent (%';`,
    [],
    ['isRunning int'],
  ],
  ['E19', `SELECT ${DB}.sys.fn_cdc_increment_lsn( @P0 )`, ['bytes'], ['binary(10)?']],
  ['E21', E21, [...CHANGE_PARAMETERS], [...CHANGES, ...CAPTURED]],
  ['E21 with TOP', E21.replace('SELECT', 'SELECT TOP 50'), [...CHANGE_PARAMETERS], [...CHANGES, ...CAPTURED]],
  [
    'E21 with skipped operations',
    E21.replace(' ORDER', ' AND [cdc_data].[__$operation] NOT IN (3,4) ORDER'),
    [...CHANGE_PARAMETERS],
    [...CHANGES, ...CAPTURED],
  ],
  [
    'E22',
    E22,
    ['bytes', 'bytes', 'bytes', 'bytes', 'int', 'bytes', 'bytes', 'bytes', 'bytes'],
    [...CHANGES, ...CAPTURED],
  ],
  [
    'E23',
    'SELECT TOP 1 start_lsn from sys.dm_cdc_log_scan_sessions ORDER BY session_id DESC',
    [],
    ['start_lsn nvarchar(23)?'],
  ],
  ['E24', `select min(start_lsn) from ${DB}.cdc.change_tables`, [], ['binary(10)?']],
  ['E25', `SELECT ${DB}.sys.fn_cdc_get_min_lsn( @P0 )`, ['string'], ['binary(10)?']],
  [
    'I3',
    `SELECT TOP 1 * FROM ${DB}.[dbo].[Order Details] ORDER BY [Order ID] DESC, [Line No] DESC`,
    [],
    ['Order ID int', 'Line No smallint', 'Select nvarchar(20)?', 'Qty int', 'Price decimal(18,4)'],
  ],
  [
    'I4',
    `SELECT TOP 1024 * FROM ${DB}.[dbo].[signals] WHERE type <> 'x' ORDER BY [id]`,
    [],
    ['id varchar(64)', 'type varchar(32)', 'data varchar(2048)?'],
  ],
  [
    'I5',
    `SELECT TOP 1024 * FROM ${DB}.[dbo].[signals] WHERE ([id] >  @P0 ) AND NOT ([id] >  @P1 ) ORDER BY [id]`,
    ['string', 'string'],
    ['id varchar(64)', 'type varchar(32)', 'data varchar(2048)?'],
  ],
  [
    'I5, two keys',
    `SELECT TOP 1024 [Qty] FROM ${DB}.[dbo].[Order Details] WHERE (([Order ID] >  @P0 ) OR ([Order ID] =  @P1 AND [Line No] >  @P2 )) AND NOT (([Order ID] >  @P3 ) OR ([Order ID] =  @P4 AND [Line No] >  @P5 )) ORDER BY [Order ID], [Line No]`,
    ['int', 'int', 'int', 'int', 'int', 'int'],
    ['Qty int'],
  ],
  [
    'I5, nullable key',
    `SELECT TOP 1024 [c_int] FROM ${DB}.[dbo].[AllTypes] WHERE (([c_int] >  @P0 AND [c_int] IS NOT NULL) OR [c_int] IS NULL) ORDER BY [c_int]`,
    ['int'],
    ['c_int int?'],
  ],
  [
    'I6',
    `SELECT TOP 1 * FROM ${DB}.[dbo].[signals] ORDER BY [id] DESC OPTION(RECOMPILE)`,
    [],
    ['id varchar(64)', 'type varchar(32)', 'data varchar(2048)?'],
  ],
  ['I8', `SELECT COUNT(1) FROM ${DB}.[dbo].[Visits]`, [], ['int']],
  [
    'I9',
    `SELECT [VisitID] FROM ${DB}.[dbo].[Visits] ORDER BY [VisitID] OFFSET 2 ROWS FETCH NEXT 1 ROWS ONLY`,
    [],
    ['VisitID int'],
  ],
  ['I10', `SELECT TOP 1 [VisitID] FROM ${DB}.[dbo].[Visits] ORDER BY [VisitID] DESC`, [], ['VisitID int']],
  [
    'I11, first',
    `SELECT [VisitID], [Fee] FROM ${DB}.[dbo].[Visits] WHERE [VisitID] <  @P0 ORDER BY [VisitID]`,
    ['int'],
    ['VisitID int', 'Fee money?'],
  ],
  [
    'I11, between',
    `SELECT [VisitID] FROM ${DB}.[dbo].[Visits] WHERE [VisitID] >=  @P0 AND [VisitID] <  @P1 ORDER BY [VisitID]`,
    ['int', 'int'],
    ['VisitID int'],
  ],
  [
    'I11, last',
    `SELECT [VisitID] FROM ${DB}.[dbo].[Visits] WHERE [VisitID] >=  @P0 AND [VisitID] <=  @P1 ORDER BY [VisitID]`,
    ['int', 'int'],
    ['VisitID int'],
  ],
  ['I12', `SELECT [data] FROM ${DB}.[dbo].[signals] WHERE id= @P0 `, ['string'], ['data varchar(2048)?']],
  [
    'I12, two keys',
    `SELECT [Select] FROM ${DB}.[dbo].[Order Details] WHERE Qty= @P0 AND Price= @P1 `,
    ['int', 'decimal'],
    ['Select nvarchar(20)?'],
  ],
  [
    'I13',
    'SELECT [PatientNo], [FirstName] FROM [dbo].[Patients] WHERE PatientNo > 1',
    [],
    ['PatientNo varchar(20)', 'FirstName nvarchar(50)'],
  ],
  ['validation', 'SELECT 1;', [], ['int']],
  ['EngineEdition', "SELECT CAST(SERVERPROPERTY('EngineEdition') as INT)", [], ['int?']],
];
