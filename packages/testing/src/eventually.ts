/** How long `eventually` tries. */
export interface EventuallyOptions {
  /** Default {@link EVENTUALLY_MS}. */
  readonly timeoutMs?: number
  /** Default {@link POLL_MS}. */
  readonly pollMs?: number
}

/** Long enough for a busy machine; only a failing test ever waits so long. */
export const EVENTUALLY_MS = 10_000
/** Pause between two looks. */
export const POLL_MS = 10

/**
 * Calls `look` until it returns without throwing, and returns its value. When time is up it fails with what it last saw.
 * @example const order = await eventually(async () => { const o = await get(id); assert.equal(o.status, 'confirmed'); return o })
 */
export async function eventually<T>(
  look: () => Promise<T> | T,
  { timeoutMs = EVENTUALLY_MS, pollMs = POLL_MS }: EventuallyOptions = {},
): Promise<T> {
  const end = performance.now() + timeoutMs
  let looks = 0
  for (;;) {
    looks++
    try {
      return await look()
    } catch (last) {
      if (performance.now() >= end)
        throw new Error(`not within ${timeoutMs} ms (${looks} looks); last seen: ${last instanceof Error ? last.message : String(last)}`, {
          cause: last,
        })
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
