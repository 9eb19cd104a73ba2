import { stateOf } from '../../store/suite/test-variants.testsuite.ts'
import type { Store, StoreTransaction } from '../../store/store.ts'

/** Notes in the service's own data, within a transaction, that a local step took effect: one entry each time. Returns it. */
export async function note(tx: StoreTransaction, entry: string): Promise<string> {
  await stateOf(tx).ledger.append(entry, 0)
  return entry
}

/** What local steps noted, sorted. */
export async function bookOf(store: Store): Promise<string[]> {
  return (await store.read((tx) => stateOf(tx).ledger.list())).map(({ key }) => key).toSorted()
}
