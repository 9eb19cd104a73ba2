/**
 * Waits for all works, which run side by side, and returns their values. Rejects, once all have ended, with the error of the first in the
 * list that failed: for works whose errors may only follow from those of earlier ones.
 */
export async function allDone<T extends readonly unknown[]>(works: readonly [...T]): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(works)
  const failed = settled.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  return settled.map((work) => (work as PromiseFulfilledResult<unknown>).value) as { -readonly [K in keyof T]: Awaited<T[K]> }
}
