import type { Clock } from '../kernel/clock.ts'
import { deadlineAfter, within } from '../kernel/deadline.ts'

/** Longest wait for one service: as long as for a check of its health. */
const TIMEOUT_MS = 2_000

/** Told of a service that could not be asked. */
export type AskFailed = (service: string, error: unknown) => void

/** With what services are asked. */
export interface Asking {
  readonly clock: Clock
  readonly failed: AskFailed
}

/** Asks all services at once. One that fails or hangs is told to `failed` and left out: it keeps nobody's figures from being new. */
export async function perService<S extends { readonly name: string }, T>(
  { clock, failed }: Asking,
  services: Iterable<S>,
  ask: (service: S) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const answers = [...services].map((service) =>
    within(clock, deadlineAfter(clock, TIMEOUT_MS), service.name, ask(service)).catch((error: unknown) => {
      failed(service.name, error)
      return []
    }),
  )
  return (await Promise.all(answers)).flat()
}
