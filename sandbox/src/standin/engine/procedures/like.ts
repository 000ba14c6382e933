/**
 * A T-SQL LIKE pattern as a test: `%`, `_`, `[abc]`, `[^abc]`, without regard to case, as metadata procedures match names.
 */
export function likeTest(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  let source = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern[index]!;
    const close = char === '[' ? pattern.indexOf(']', index + 1) : -1;
    if (char === '%') source += '[^]*';
    else if (char === '_') source += '[^]';
    else if (close > 0) {
      const set = pattern.slice(index + 1, close);
      const negated = set.startsWith('^');
      const members = (negated ? set.slice(1) : set).replace(/[\\\]^[]/g, '\\$&');
      source += `[${negated ? '^' : ''}${members}]`;
      index = close;
    } else source += char.replace(/[.*+?^${}()|\\/[\]]/g, '\\$&');
  }
  const regex = new RegExp(`^${source}$`, 'iu');
  return (name) => regex.test(name);
}
