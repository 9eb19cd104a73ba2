import type { SagaDefinition } from 'banyan'
import type { OrdersTransaction } from './define.ts'

/** Sagas of one purpose and order at most; each further one follows a skip by a person. */
const TIMES_MAX = 100

/** How the sagas of the same purpose and order ended that ran before. */
export interface EarlierSagas {
  /** One went through to its end, whatever steps of it a person skipped. */
  readonly isAnyCompleted: boolean
}

/**
 * Starts a saga, or starts it once more under a further id when the one before has ended without ending its order. One that is under way, or
 * stuck and waiting for a person, is left alone.
 */
export async function startAnew<I>(
  tx: OrdersTransaction,
  // oxlint-disable-next-line typescript/no-explicit-any -- any step context and output fit: the saga belongs to this service
  saga: SagaDefinition<any, I, any>,
  { id, input }: { readonly id: string; readonly input: (earlier: EarlierSagas) => I },
): Promise<void> {
  let isAnyCompleted = false
  for (let time = 1; time <= TIMES_MAX; time++) {
    const next = time === 1 ? id : `${id}:${time}`
    const status = await tx.sagaStatus(next)
    if (status === undefined) return tx.start(saga, { id: next, input: input({ isAnyCompleted }) })
    if (status !== 'completed' && status !== 'compensated') return undefined
    isAnyCompleted ||= status === 'completed'
  }
}
