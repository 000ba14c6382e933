/**
 * One line that says what a library threw, with the secrets of this connection taken out. Drivers do not print passwords
 * today; a message is still the last place where one should turn up.
 * @param error what was thrown; the first line of its message counts
 * @param secrets the values that may not appear, in plain or in base64
 */
export function failureText(error: unknown, secrets: readonly string[]): string {
  const text = error instanceof Error ? error.message : String(error);
  let line = (text.split('\n')[0] ?? '').trim();
  for (const secret of secrets) {
    if (secret === '') continue;
    line = line.replaceAll(secret, '***').replaceAll(Buffer.from(secret).toString('base64'), '***');
  }
  return line === '' ? 'No reason was given.' : line;
}

/**
 * The innermost error that carries a code: what the system or the server said before libraries wrapped it.
 * @param error what was thrown
 */
export function innermostCoded(error: unknown): { code: string; error: Error } | undefined {
  let found: { code: string; error: Error } | undefined;
  let current: unknown = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth++) {
    const code = (current as { code?: unknown }).code;
    if (typeof code === 'string' && code !== '') found = { code, error: current };
    const inner = current as { cause?: unknown; originalError?: unknown; errors?: unknown[] };
    current = inner.cause ?? inner.originalError ?? inner.errors?.[0];
  }
  return found;
}
