import { BanyanError, misuse } from '../../kernel/error.ts'
import { onlyOptions, partsOf, shownValue } from '../../kernel/form.ts'
import type { Documents } from '../documents/documents.ts'
import { type CollectionStep, DOCUMENTS } from '../documents/documents-variant.ts'
import type { OpenStore, StoreFactory } from '../factory.ts'
import { MEMORY_BYTES_MAX, MemoryData } from './memory-data.ts'
import { MemoryStore } from './memory-store.ts'

/** What stores in memory are for, and how much they may hold. */
export interface MemoryStoresOptions {
  /**
   * Says that everything may be lost when the process ends, because somebody decided so: a test, a demonstration, or an operator. Without it
   * there are none.
   */
  readonly allowLoss: true
  /** Bytes that the data of one service may take, roughly; then transactions fail with `storage_full`. Default 256 MiB. */
  readonly bytesMax?: number
}

const OPTIONS = partsOf<MemoryStoresOptions>({ allowLoss: true, bytesMax: true })

/**
 * Keeps services in the memory of the process (class `none`): nothing survives it. Each service has documents of its own. They live as long as what
 * this returns, so that a platform that is stopped and started on it finds them. Throws `misuse` unless loss is allowed.
 *
 * **When to use** — for tests and demonstrations. Never for a service that runs in several processes: each would have data of its own.
 * @example startPlatform(shop, { …, stores: memoryStores({ allowLoss: true }) })
 */
export function memoryStores(options: MemoryStoresOptions): StoreFactory<Documents> {
  onlyOptions('memoryStores()', options, OPTIONS)
  const { allowLoss, bytesMax = MEMORY_BYTES_MAX } = options
  if ((allowLoss as unknown) !== true)
    misuse(
      'memoryStores() keeps nothing when the process ends, and nothing for a second process; choose sqliteStores() or another store that does, ' +
        'or say { allowLoss: true } where that is meant, as in a test or a demonstration',
    )
  if (!Number.isSafeInteger(bytesMax) || bytesMax <= 0)
    misuse(`memoryStores() has bytesMax ${shownValue(bytesMax)}; give a positive whole number`)
  const services = new Map<string, MemoryData>()
  return storesIn((service) => {
    const data = services.get(service) ?? new MemoryData(bytesMax)
    services.set(service, data)
    return data
  })
}

/** Opens stores on data that somebody else keeps: for tests that change what is behind a store. */
export function storesIn(dataOf: (service: string) => MemoryData): StoreFactory<Documents> {
  return {
    offer: () => ({ adapter: 'memory', engines: [DOCUMENTS] }),
    async open({ service, migrations, runtime }: OpenStore) {
      const data = dataOf(service)
      if (data.isOpen)
        throw new BanyanError(
          'unavailable',
          `the store of service ${service} in memory is open already; one process hosts a service once, so close the other platform first`,
        )
      data.prepare(migrations.map((step) => (step as CollectionStep).collection)) // a variant for documents brings no other
      data.isOpen = true
      return new MemoryStore({ service, runtime, data })
    },
  }
}
