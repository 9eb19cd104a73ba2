import { misuse, reworded, toBanyanError } from '../kernel/error.ts'
import { closest } from '../kernel/nearest.ts'
import type { OpenStore, StoreFactory } from './factory.ts'

/** Where each service keeps its data: in what is chosen for it, else where all others do. */
export interface StoresByService {
  readonly byDefault: StoreFactory
  /** Stores of single services, by their names. */
  readonly of: Readonly<Record<string, StoreFactory>>
}

/** One adapter and the stores that it keeps. */
interface Part {
  readonly factory: StoreFactory
  readonly stores: readonly OpenStore[]
}

/**
 * Makes one factory of several: each service is kept by its own.
 *
 * An upgrade holds as far as each adapter can honour it: nothing is committed anywhere before the stores of all adapters are checked and their
 * migrations have succeeded. Then the adapters commit one after the other; when the commit of one fails, the error names the services of those that
 * have committed already, which an earlier release would find newer than it is.
 */
export function storesByService({ byDefault, of }: StoresByService): StoreFactory {
  const factoryOf = (service: string): StoreFactory => (Object.hasOwn(of, service) ? (of[service] as StoreFactory) : byDefault)
  return {
    offer: (service) => factoryOf(service).offer(service),
    open: async (options) => factoryOf(options.service).open(options),
    upgrade(stores, ready) {
      const parts = [...Map.groupBy(stores, ({ service }) => factoryOf(service))].map(([factory, some]) => ({ factory, stores: some }))
      return upgradeAll(
        parts.filter(({ factory }) => factory.upgrade),
        ready,
      )
    },
  }
}

/** Each adapter holds its changes back until those behind it have committed theirs. */
async function upgradeAll([first, ...others]: readonly Part[], ready: (() => Promise<void>) | undefined): Promise<void> {
  if (!first) return ready?.()
  let isInnerDone = false
  const inner = async (): Promise<void> => {
    await upgradeAll(others, ready)
    isInnerDone = others.length > 0
  }
  try {
    await first.factory.upgrade?.(first.stores, inner)
  } catch (thrown) {
    if (!isInnerDone) throw thrown
    const error = toBanyanError(thrown)
    const committed = others.flatMap(({ stores }) => stores.map(({ service }) => service)).join(', ')
    const advice = `${committed} may have been upgraded already: start this release again, or restore them before an earlier one starts`
    throw reworded(error, `${error.message}; but ${advice}`, { cause: thrown })
  }
}

/** Throws `misuse` for stores of services that there are not, with the nearest one: they would be chosen in vain. */
export function assertServices(what: string, stores: Readonly<Record<string, unknown>>, services: readonly string[]): void {
  for (const name of Object.keys(stores)) {
    if (services.includes(name)) continue
    const meant = closest(name, services)
    misuse(`${what} names "${name}", which is no service of the platform${meant === undefined ? '' : `; did you mean "${meant}"?`}`)
  }
}
