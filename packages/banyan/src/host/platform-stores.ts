import type { StoreFactory } from '../store/factory.ts'
import { assertServices, type StoresByService, storesByService } from '../store/stores-by-service.ts'
import type { Platform, StorePlace } from './platform.ts'

/** Where services keep their data: all in one place, or single ones elsewhere. */
export type ChosenStores = StoreFactory | StoresByService

/**
 * Returns where each service of a platform keeps its data: where whoever starts it chose for the service, else where the platform says, else where all
 * others do. Throws `misuse` for a choice that names no service.
 */
export function platformStores(platform: Pick<Platform, 'services' | 'stores'>, chosen: ChosenStores, place: StorePlace): StoreFactory {
  const { byDefault, of } = 'byDefault' in chosen ? chosen : { byDefault: chosen, of: {} }
  const services = platform.services.map(({ name }) => name)
  assertServices('stores', of, services)
  const own = Object.entries(platform.stores).filter(([name]) => !Object.hasOwn(of, name))
  const all = { ...Object.fromEntries(own.map(([name, make]) => [name, make(place)])), ...of }
  return Object.keys(all).length === 0 ? byDefault : storesByService({ byDefault, of: all })
}
