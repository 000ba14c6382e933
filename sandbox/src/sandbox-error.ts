/** A failure that the user can do something about: one sentence that says what, and what to do. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
}
