import { describe, expect, it } from 'vitest';
import { parseBatch } from '../../../../sandbox/src/standin/tsql/parse/batch.ts';
import { CATALOGUE_QUERIES, VARIABLES } from './samples-catalogue.ts';
import { compile, shape } from './support.ts';

describe('the queries of the preflight checks', () => {
  it.each(CATALOGUE_QUERIES)('%s', (text, columns) => {
    expect(shape(compile(text, [], VARIABLES))).toEqual(columns);
  });

  it('compares names of the catalogue in any spelling, both in = and LIKE', () => {
    const { text } = compile(
      "SELECT name FROM sys.databases WHERE name = N'clinicmastermoh' OR name LIKE 'CLINIC%'",
    );
    expect(text.match(/lower\(/g)).toHaveLength(4);
  });

  it('parses the scripts that set up a login and CDC', () => {
    const script = `USE [master];
IF SUSER_ID(N'clinicmaster_cdc') IS NULL
    CREATE LOGIN [clinicmaster_cdc] WITH PASSWORD = N'secret', CHECK_POLICY = ON, CHECK_EXPIRATION = OFF, DEFAULT_DATABASE = [ClinicMasterMOH];
GRANT VIEW SERVER STATE TO [clinicmaster_cdc];
USE [ClinicMasterMOH];
IF USER_ID(N'clinicmaster_cdc') IS NULL CREATE USER [clinicmaster_cdc] FOR LOGIN [clinicmaster_cdc];
ALTER ROLE [clinicmaster_cdc_reader] ADD MEMBER [clinicmaster_cdc];
GRANT SELECT ON OBJECT::[dbo].[Visits] TO [clinicmaster_cdc_reader];   -- one line per selected table
GRANT VIEW DEFINITION ON SCHEMA::[dbo] TO [clinicmaster_cdc_reader];
IF (SELECT is_cdc_enabled FROM sys.databases WHERE database_id = DB_ID()) = 0 EXEC sys.sp_cdc_enable_db;
IF SCHEMA_ID(N'clinicmaster_cdc') IS NULL EXEC(N'CREATE SCHEMA [clinicmaster_cdc] AUTHORIZATION [dbo]');
IF OBJECT_ID(N'clinicmaster_cdc.heartbeat') IS NULL
BEGIN
    CREATE TABLE clinicmaster_cdc.heartbeat (id int NOT NULL CONSTRAINT PK_cm_heartbeat PRIMARY KEY, beat_no bigint NOT NULL, beat_at datetime2(3) NOT NULL, app_version nvarchar(32) NULL);
    INSERT clinicmaster_cdc.heartbeat (id, beat_no, beat_at) VALUES (1, 0, SYSUTCDATETIME());
END;
IF NOT EXISTS (SELECT 1 FROM cdc.change_tables WHERE source_object_id = OBJECT_ID(N'dbo.Visits'))
    EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'Visits', @capture_instance = N'dbo_Visits', @role_name = N'clinicmaster_cdc_reader',
         @supports_net_changes = 0, @filegroup_name = N'CDC_CT', @captured_column_list = NULL;
EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 20160, @threshold = 5000;
ALTER DATABASE [ClinicMasterMOH] SET ALLOW_SNAPSHOT_ISOLATION ON;
DECLARE @before binary(10) = sys.fn_cdc_get_max_lsn();
UPDATE clinicmaster_cdc.heartbeat SET beat_no = beat_no + 1, beat_at = SYSUTCDATETIME() WHERE id = 1;
SELECT CONVERT(varchar(24), @before, 1) AS before_lsn, beat_no FROM clinicmaster_cdc.heartbeat WHERE id = 1;`;
    const kinds = parseBatch(script).map((statement) => statement.kind);
    expect(kinds).toHaveLength(17);
    expect(kinds.filter((kind) => kind === 'if')).toHaveLength(6);
  });
});
