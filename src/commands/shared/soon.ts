/**
 * What some work comes to, or another answer when it takes longer or fails: it says then why elsewhere. The work goes on.
 * @param ms how long is waited
 */
export async function soon<T>(work: Promise<T>, ms: number, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), ms);
  });
  try {
    return await Promise.race([work.catch(() => otherwise), end]);
  } finally {
    clearTimeout(timer);
  }
}
