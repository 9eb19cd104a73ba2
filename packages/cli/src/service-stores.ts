import type { Setting } from 'banyan/host'
import { BanyanError } from 'banyan/kernel'
import { isLinked } from './linked-setting.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Where services can be kept. */
export type StoreKind = 'sqlite' | 'postgres' | 'memory'

/** What single services are kept in, by the ending of their variables. */
export type StoreKinds = ReadonlyMap<string, StoreKind>

const PREFIX = 'BANYAN_STORE_'
/** Stands in the name of a setting for each service of the platform. */
const SERVICE = '<SERVICE>'
const KINDS: readonly StoreKind[] = ['sqlite', 'postgres', 'memory']

/** Reads `BANYAN_STORE_<SERVICE>`, whatever services there are. Throws `failed_precondition` for what is no kind of store. */
export function readStoreKinds(environment: Environment): StoreKinds {
  const kinds = new Map<string, StoreKind>()
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || value === undefined || value === '' || isLinked(name, environment)) continue
    if (!KINDS.includes(value as StoreKind))
      throw new BanyanError('failed_precondition', `${name} is "${value}"; it must be "sqlite", "postgres" or "memory"`)
    kinds.set(name.slice(PREFIX.length), value as StoreKind)
  }
  if ([...kinds.values()].includes('memory') && environment['BANYAN_ALLOW_LOSS'] !== 'on') throw lossNotAllowed(kinds)
  return kinds
}

/** What a service is kept in; undefined where nothing is said of it alone. */
export function storeKindOf(kinds: StoreKinds, service: string): StoreKind | undefined {
  return kinds.get(endingOf(service))
}

/** Names of settings; one that stands for each service gives a name for each. */
export function settingNames(settings: readonly Setting[], services: readonly string[]): string[] {
  return settings.flatMap(({ name }) =>
    name.includes(SERVICE) ? services.map((service) => name.replace(SERVICE, endingOf(service))) : [name],
  )
}

function endingOf(service: string): string {
  return service.toUpperCase().replaceAll('-', '_')
}

function lossNotAllowed(kinds: StoreKinds): BanyanError {
  const names = [...kinds].filter(([, kind]) => kind === 'memory').map(([ending]) => PREFIX + ending)
  return new BanyanError(
    'failed_precondition',
    `${names.join(' and ')} is "memory": all of it is lost when the process ends; choose "sqlite" or "postgres", or allow that with BANYAN_ALLOW_LOSS=on, as for a demonstration`,
  )
}
