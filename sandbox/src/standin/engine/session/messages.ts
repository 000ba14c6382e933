import { setTimeout as wait } from 'node:timers/promises';
import type { Expression } from '../../tsql/ast/query.ts';
import type { Statement } from '../../tsql/ast/statement.ts';
import { TsqlError, type TsqlType } from '../../types.ts';
import type { Batch } from './batch.ts';
import { ThrownError } from './error-policy.ts';
import { evaluate } from './evaluate.ts';

const TEXT: TsqlType = { name: 'nvarchar', length: 2048 };
const INT: TsqlType = { name: 'int' };

/** Numbers of messages made by PRINT and by RAISERROR with a text. */
const PRINTED = 0;
const USER_MESSAGE = 50_000;
/** RAISERROR up to this class is a message, not an error. */
const INFORMATION = 10;

type Message = Extract<Statement, { kind: 'print' | 'raise-error' | 'throw' | 'wait' }>;

/** PRINT, RAISERROR, THROW and WAITFOR DELAY. */
export async function sayMessage(batch: Batch, statement: Message): Promise<void> {
  const { context, variables, sink, signal } = batch;
  const text = (expression: Expression) => evaluate(context, expression, TEXT, variables);
  const number = async (expression: Expression | undefined) =>
    expression ? Number(await evaluate(context, expression, INT, variables)) : 0;
  switch (statement.kind) {
    case 'print':
      sink.info(PRINTED, String((await text(statement.value)) ?? ''));
      return;
    case 'raise-error': {
      const [format, severity, state, ...values] = statement.arguments;
      const filled: unknown[] = [];
      for (const value of values) filled.push(await text(value));
      const message = fill(String(format ? await text(format) : ''), filled);
      const level = await number(severity);
      if (level <= INFORMATION) sink.info(USER_MESSAGE, message);
      else throw new TsqlError(USER_MESSAGE, message, level, await number(state));
      return;
    }
    case 'throw': {
      const [code, message, state] = statement.arguments;
      if (!code || !message) {
        throw new TsqlError(
          10_704,
          'To rethrow an error, a THROW statement must be used inside a CATCH block. Insert the THROW statement inside a CATCH block, or add error parameters to the THROW statement.',
          15,
        );
      }
      throw new ThrownError(await number(code), String(await text(message)), 16, await number(state));
    }
    case 'wait':
      await wait(delayMilliseconds(String(await text(statement.delay))), undefined, { signal });
  }
}

/** RAISERROR's `%s`, `%d`, `%i`, `%u`, `%%`. */
function fill(format: string, values: unknown[]): string {
  const rest = [...values];
  return format.replace(/%(?:[-+0 #]*\d*(?:\.\d+)?[sdiuxXo]|%)/g, (mark) =>
    mark === '%%' ? '%' : String(rest.shift() ?? '(null)'),
  );
}

function delayMilliseconds(text: string): number {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/.exec(text.trim());
  if (!match)
    throw new TsqlError(148, `Incorrect time syntax in time string '${text}' used with WAITFOR.`, 15);
  const [, hours, minutes, seconds = '0', fraction = '0'] = match;
  return (
    ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(fraction.padEnd(3, '0'))
  );
}
