/**
 * The answer of a question to the outside world. A failure that a user can meet (refused, no right, timed out) is a value,
 * not an exception: checks store it as a fact and judge it later, possibly on another machine.
 */
export type Answer<T, Failure> = { ok: true; value: T } | { ok: false; failure: Failure };
