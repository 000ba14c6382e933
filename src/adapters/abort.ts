/**
 * Waits for work, but not longer than the signal allows; the work itself may go on behind the scenes.
 * @throws an error with code `ETIMEDOUT` as soon as the signal aborts
 */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((settle, reject) => {
    const abort = () => reject(Object.assign(new Error('No answer in time.'), { code: 'ETIMEDOUT' }));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(settle, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
