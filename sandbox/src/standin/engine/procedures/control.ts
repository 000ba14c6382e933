import { TsqlError } from '../../types.ts';
import { notAllowed } from '../errors.ts';
import { numberOf, type Procedure, parametersOf } from './procedure.ts';

/** `EXEC standin.agent_stop` and `standin.agent_start`: the SQL Server Agent service, for tests of what happens without it. */
export function spAgent(state: 'running' | 'stopped'): Procedure {
  return {
    parameters: [],
    async run(call) {
      const { authority, engine } = call.batch.context;
      if (!authority.isSysadmin) throw notAllowed();
      if (state === 'running' && engine.product.edition === 'express') {
        throw new TsqlError(22022, 'Express edition has no SQL Server Agent.');
      }
      await engine.agent.setRunning(state === 'running');
      return 0;
    },
  };
}

/** `EXEC standin.kill_sessions [@spid]`: ends one session, or every one but the caller's, as KILL does. */
export const spKill: Procedure = {
  parameters: parametersOf('@spid int?'),
  async run(call) {
    const { authority, engine, spid } = call.batch.context;
    if (!authority.isSysadmin) throw notAllowed();
    const wanted = numberOf(call, '@spid');
    await engine.kill(spid, wanted === undefined ? {} : { spid: wanted });
    return 0;
  },
};
