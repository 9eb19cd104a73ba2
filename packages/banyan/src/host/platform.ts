import type { AuditClient } from '../contract/audit.ts'
import type { Contract } from '../contract/contract.ts'
import { misuse } from '../kernel/error.ts'
import { isRecord, onlyOptions, partsOf, shownValue } from '../kernel/form.ts'
import type { Service } from '../service/define/service-parts.ts'
import type { StoreFactory } from '../store/factory.ts'
import { assertServices } from '../store/stores-by-service.ts'
import type { Violation } from './platform-admin.ts'
import { checkRoutes } from './check-routes.ts'
import type { Gateway } from './gateway.ts'
import type { PlatformSettings } from './setting.ts'

/**
 * Returns the audit queries of a service. Nothing but an audit may ask several services what stands in their books. Two answers are two snapshots:
 * what a running platform changes between them is not wrong.
 */
export type AskForAudit = <C extends Contract>(contract: C) => AuditClient<C>

/** What an audit gets. */
export interface AuditOptions {
  readonly ask: AskForAudit
  /** Where the platform keeps its files. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Epoch milliseconds. */
  readonly now: number
}

/** Checks a platform's invariants; an empty list means that all hold. */
export type Invariants = (options: AuditOptions) => Promise<readonly Violation[]>

/** Sizes of stores on a server of their own; those in files have no use for them. */
export interface StoreSizes {
  /** Most connections of one service. The environment's `BANYAN_POSTGRES_POOL_MAX` goes before. Default: the adapter's. */
  readonly poolMax?: number
  /** Groups of transactions of one service that run side by side. `BANYAN_POSTGRES_WRITERS` goes before. Default: the adapter's. */
  readonly writers?: number
}

/** What a store of one service is made with. */
export interface StorePlace {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** True for an audit of a platform that does not run: nothing may be changed. */
  readonly readOnly: boolean
}

/** Makes the stores of one service, e.g. `({ readOnly }) => sqliteStores({ directory: '/fast', readOnly })`. */
export type StoreMaker = (place: StorePlace) => StoreFactory

/** The executable map of a platform. */
export interface Platform {
  /** Those that are implemented here, in start order: dependencies first. Which of them a process hosts is for its start to say. */
  readonly services: readonly Service[]
  /** Of all services: those implemented here in their order, then those that are only known by their contracts. */
  readonly contracts: readonly Contract[]
  readonly gateway: Gateway | undefined
  readonly invariants: Invariants | undefined
  /** Stores of single services, by name; all others are kept where the process keeps its data. */
  readonly stores: Readonly<Record<string, StoreMaker>>
  readonly storeSizes: StoreSizes
  readonly settings: PlatformSettings
}

/** What a platform is made of. */
export interface PlatformOptions {
  readonly services: readonly Service[]
  /** Contracts of services that belong to the platform and are implemented elsewhere, e.g. in another repository. Default: none. */
  readonly contracts?: readonly Contract[]
  /** What stands in front of them. Default: nothing, they can be reached from inside only. */
  readonly gateway?: Gateway
  /** Checks what must hold over several services. Default: nothing. */
  readonly invariants?: Invariants
  /**
   * Chooses the stores of single services, by name. What whoever starts the platform chooses for a service goes before, e.g. by the variable
   * `BANYAN_STORE_<SERVICE>`. Default: all are kept where the process keeps its data.
   */
  readonly stores?: Readonly<Record<string, StoreMaker>>
  readonly storeSizes?: StoreSizes
  /** Default: nothing but what the toolkit reads. */
  readonly settings?: PlatformSettings
}

const PLATFORM = partsOf<PlatformOptions>({
  services: true,
  contracts: true,
  gateway: true,
  invariants: true,
  stores: true,
  storeSizes: true,
  settings: true,
})
const SETTINGS = partsOf<PlatformSettings>({ known: true, check: true })
const STORE_SIZES = partsOf<StoreSizes>({ poolMax: true, writers: true })

/**
 * Says which services make up a platform and what stands in front of them.
 * Throws `misuse` for an option that there is not, when a dependency is missing, services call each other in a circle, or two of them claim the same paths; the error names them.
 */
export function platform(definition: PlatformOptions): Platform {
  onlyOptions('platform()', definition, PLATFORM)
  if (!Array.isArray(definition.services))
    misuse(`platform() has services ${shownValue(definition.services)}; give a list of what service() made`)
  checkStoreSizes(definition.storeSizes ?? {})
  onlyOptions('settings of platform()', definition.settings ?? {}, SETTINGS)
  const { contracts: others = [], gateway, invariants, stores = {}, storeSizes = {}, settings = { known: [] } } = definition
  if (!Array.isArray(others)) misuse(`platform() has contracts ${shownValue(others)}; give a list of what contract() made`)
  const services = inStartOrder(definition.services, others)
  const contracts = [...services.map((service) => service.definition.contract), ...others]
  checkRoutes(services, contracts)
  checkStores(stores, services)
  return { services, contracts, gateway, invariants, stores, storeSizes, settings }
}

function checkStores(stores: unknown, services: readonly Service[]): void {
  const what = 'stores of platform()'
  if (!isRecord(stores)) misuse(`${what} is ${shownValue(stores)}; give an object: name of a service to a function that makes its stores`)
  const names = services.map(({ name }) => name)
  assertServices(what, stores, names)
  for (const [name, make] of Object.entries(stores))
    if (typeof make !== 'function') misuse(`${what} has ${name} ${shownValue(make)}; give a function that makes its stores`)
}

function checkStoreSizes(sizes: StoreSizes): void {
  onlyOptions('storeSizes of platform()', sizes, STORE_SIZES)
  for (const [name, size] of Object.entries(sizes))
    if (size !== undefined && !(Number.isSafeInteger(size) && (size as number) > 0))
      misuse(`storeSizes of platform() has ${name} ${shownValue(size)}; give a whole number above 0, or leave it out for the default`)
}

/** Sorts services so that each comes after those it calls; what is only known by its contract starts elsewhere. */
function inStartOrder(services: readonly Service[], others: readonly Contract[]): readonly Service[] {
  const byName = new Map(services.map((service) => [service.name, service]))
  const elsewhere = new Set(others.map(({ name }) => name))
  if (new Set([...byName.keys(), ...elsewhere]).size < services.length + others.length)
    misuse('two services of the platform have the same name; each name may be there once, in services or in contracts')
  const ordered: Service[] = []
  const path: string[] = []

  function visit(name: string, neededBy: string): void {
    if (elsewhere.has(name)) return
    const service =
      byName.get(name) ?? misuse(`service "${neededBy}" uses "${name}", which is not part of the platform; add it to services`)
    if (ordered.includes(service)) return
    if (path.includes(name))
      misuse(
        `services call each other in a circle: ${[...path.slice(path.indexOf(name)), name].join(' → ')}; replace one call by an event (listens)`,
      )
    path.push(name)
    for (const dependency of service.definition.uses) visit(dependency.name, name)
    path.pop()
    ordered.push(service)
  }
  for (const { name } of services) visit(name, name)
  for (const { name, definition } of services)
    for (const source of definition.listens)
      if (!byName.has(source.name) && !elsewhere.has(source.name))
        misuse(`service "${name}" listens to "${source.name}", which is not part of the platform; add it to services`)
  return ordered
}
