import { createRuntime } from 'banyan/kernel'
import { type StoreTransaction, variantFor } from 'banyan/store'
import { sqliteStores } from 'banyan/store/sqlite'
import shop from '../platform.ts'

/** Later than anything that a benchmark writes is kept. */
const SOME_YEARS_MS = 10 * 365 * 86_400_000
const BATCH = 1_000

/** Removes from the stores of a stopped shop what retention would remove in the course of time, with its defaults: no events. */
export async function removeAll(directory: string): Promise<void> {
  const runtime = createRuntime()
  const later = runtime.clock.now() + SOME_YEARS_MS
  const removals: ((tx: StoreTransaction) => Promise<number>)[] = [
    (tx) => tx.retention.removeSagas(later, BATCH),
    (tx) => tx.idempotency.prune(later, BATCH),
    (tx) => tx.retention.removeAudit(later, BATCH),
  ]
  for (const { name, definition } of shop.services) {
    const stores = sqliteStores({ directory })
    const { migrations } = variantFor(name, definition.store, stores.offer(name))
    const store = await stores.open({ service: name, migrations, runtime })
    for (const remove of removals) while ((await store.transaction(remove)).value > 0);
    await store.close()
  }
}
