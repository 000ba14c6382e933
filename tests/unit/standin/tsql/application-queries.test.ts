import { describe, expect, it } from 'vitest';
import { QUERIES, VARIABLES } from './samples-queries.ts';
import { compile, shape } from './support.ts';

describe("the queries of a hospital's application", () => {
  it.each(QUERIES)('%s', (text, columns) => {
    const compiled = compile(text, [], VARIABLES);
    expect(compiled.kind).toBe('select');
    expect(compiled.text).not.toContain('undefined');
    if (columns.length > 0) expect(shape(compiled)).toEqual(columns);
  });

  it('assigns variables from the last row', () => {
    const compiled = compile('SELECT @n = VisitID, @No = PatientNo FROM Visits', [], VARIABLES);
    expect(compiled.assigns).toEqual(['@n', '@No']);
  });

  it('sorts NULL first ascending, last descending, and leaves NOT NULL columns to their index', () => {
    expect(compile('SELECT 1 FROM Visits ORDER BY Fee, DoctorID DESC, VisitID').text).toMatch(
      /ORDER BY t1\."Fee" NULLS FIRST, t1\."DoctorID" DESC NULLS LAST, t1\."VisitID"$/,
    );
  });

  it('sorts by an alias before a column of the same name', () => {
    expect(compile('SELECT Fee AS VisitID FROM Visits ORDER BY VisitID').text).toMatch(
      /ORDER BY t1\."Fee" NULLS FIRST$/,
    );
  });
});
