import { TsqlError } from '../../types.ts';
import { permissionDenied } from '../errors.ts';
import { numberOf, type Procedure, parametersOf, textOf } from '../procedures/procedure.ts';

/** msdb.dbo.sp_update_job, as far as it switches a job of CDC on and off. Sysadmins only. */
export const spUpdateJob: Procedure = {
  parameters: parametersOf('@job_name sysname; @enabled tinyint?'),
  async run(call) {
    const { authority, client } = call.batch.context;
    if (!authority.isSysadmin) throw permissionDenied('EXECUTE', 'sp_update_job', 'msdb', 'dbo');
    const name = textOf(call, '@job_name') ?? '';
    const { rowCount } = await client.query(
      `UPDATE standin.job j SET enabled = coalesce($2 <> 0, enabled) FROM standin.database d
       WHERE d.database_id = j.database_id AND lower('cdc.' || d.name || '_' || j.job_type) = lower($1)`,
      [name, numberOf(call, '@enabled') ?? null],
    );
    if (rowCount === 0) {
      throw new TsqlError(14262, `The specified @job_name ('${name}') does not exist.`);
    }
    return 0;
  },
};
