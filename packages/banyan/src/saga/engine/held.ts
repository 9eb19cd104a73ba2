import type { Runtime } from '../../kernel/runtime.ts'
import type { SagaKind, SagaRecord } from '../../store/records/saga-records.ts'
import type { Store } from '../../store/store.ts'
import { goOn } from './saga-admin.ts'
import { readFailure } from '../run/saga-failure.ts'

/** Sagas put back on their way in one transaction. */
const PAGE = 100

/** What letting held sagas go needs. */
export interface HeldOptions {
  readonly store: Store
  readonly runtime: Runtime
  readonly service: string
  /** Only sagas of these kinds: others are not touched by this build (P13). */
  readonly kinds: readonly SagaKind[]
}

/**
 * Puts sagas that are held for a mistake in the program back on their way, once per start: this may be the build that mends it.
 * Where it is not, they are held again. Those that are stuck for another reason wait for a person.
 */
export async function letHeldGo({ store, runtime, service, kinds }: HeldOptions): Promise<void> {
  let count = 0
  for (const kind of kinds) {
    for (let after: string | undefined = ''; after !== undefined;) {
      const from: string = after
      const { value } = await store.transaction(async (tx) => {
        const stuck = await tx.sagas.stuck(kind, from, PAGE)
        const held = stuck.filter(isHeld)
        for (const saga of held) await goOn(tx, saga, runtime.clock.now())
        return { count: held.length, last: stuck.length < PAGE ? undefined : stuck.at(-1)?.id }
      })
      count += value.count
      after = value.last
    }
  }
  if (count > 0) runtime.log.info('sagas that were held for a mistake in the program are tried again', { service, count })
}

function isHeld({ failure }: SagaRecord): boolean {
  return readFailure(failure)?.stuck?.mistake === true
}
