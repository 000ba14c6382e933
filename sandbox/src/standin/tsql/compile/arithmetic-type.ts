import type { TsqlType } from '../../types.ts';
import { digitsOf, familyOf, outranks } from '../type-rules.ts';

/** Result of an arithmetic operator between two numbers of the given types, by the documented precision rules. */
export function arithmeticType(operator: string, a: TsqlType, b: TsqlType): TsqlType {
  const high = outranks(a, b) ? a : b;
  if (familyOf(high) !== 'decimal') return high;
  const [p1, s1] = digitsOf(a);
  const [p2, s2] = digitsOf(b);
  switch (operator) {
    case '*':
      return reduced(p1 + p2 + 1, s1 + s2);
    case '/': {
      const scale = Math.max(6, s1 + p2 + 1);
      return reduced(p1 - s1 + s2 + scale, scale);
    }
    case '%':
      return {
        name: 'decimal',
        precision: Math.min(38, Math.min(p1 - s1, p2 - s2) + Math.max(s1, s2)),
        scale: Math.max(s1, s2),
      };
    default: {
      const whole = Math.max(p1 - s1, p2 - s2);
      const scale = Math.max(s1, s2);
      if (whole + scale + 1 <= 38) return { name: 'decimal', precision: whole + scale + 1, scale };
      return { name: 'decimal', precision: 38, scale: Math.max(0, Math.min(scale, 38 - whole)) };
    }
  }
}

/** A product or quotient beyond 38 digits keeps its whole part; of its decimals at least six. */
function reduced(precision: number, scale: number): TsqlType {
  if (precision <= 38) return { name: 'decimal', precision, scale };
  const whole = precision - scale;
  const kept = whole < 32 ? Math.min(scale, 38 - whole) : Math.min(scale, 6);
  return { name: 'decimal', precision: 38, scale: kept };
}
