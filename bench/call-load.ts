/** Calls between two looks at the clock. */
const BATCH = 1_000
/** How long calls run before they are measured, and while they are. */
const WARM_UP_MS = 500
const MEASURED_MS = 1_000

/** What every subject of the local call is asked, and what it answers. */
export const CALL_INPUT = { sku: 'ESPRESSO-250', quantity: 3 } as const
/** See {@link CALL_INPUT}. */
export const CALL_OUTPUT = { ok: true } as const

/** Returns how long one call takes when each is awaited before the next, in microseconds. */
export async function microsPerCall(call: () => Promise<unknown>): Promise<number> {
  await callFor(call, WARM_UP_MS)
  return callFor(call, MEASURED_MS)
}

async function callFor(call: () => Promise<unknown>, milliseconds: number): Promise<number> {
  const started = performance.now()
  let calls = 0
  while (performance.now() - started < milliseconds) {
    for (let number = 0; number < BATCH; number++) await call()
    calls += BATCH
  }
  return ((performance.now() - started) / calls) * 1_000
}
