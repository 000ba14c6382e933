import type { Expression } from '../../tsql/ast/query.ts';
import { parseBatch } from '../../tsql/parse/batch.ts';
import type { TsqlType } from '../../types.ts';
import { Batch } from './batch.ts';
import type { Variables } from './context.ts';
import { evaluate } from './evaluate.ts';

const TEXT: TsqlType = { name: 'nvarchar', length: -1 };

/** `EXEC (N'…')`: a batch of its own, with its own variables. */
export async function runText(batch: Batch, value: Expression): Promise<void> {
  const text = await evaluate(batch.context, value, TEXT, batch.variables);
  await runNested(batch, String(text ?? ''), new Map());
}

/** Runs text inside a batch. A USE in it lasts until its end only. */
export async function runNested(batch: Batch, text: string, variables: Variables): Promise<void> {
  const { context, sink } = batch;
  const before = context.database.name;
  try {
    await new Batch(context, variables, sink, batch.signal).run(parseBatch(text));
  } finally {
    if (context.catalogue.database(before) && context.database.name !== before) context.use(before, sink);
  }
}
