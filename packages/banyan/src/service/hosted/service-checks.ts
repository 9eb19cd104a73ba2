import type { Store } from '../../store/store.ts'
import type { ServiceContext, ServiceParts } from '../define/service-parts.ts'
import type { ServiceProjections } from '../reaction/service-projections.ts'
import type { HistoryGuard } from './history-guard.ts'

/** Looks whether something holds. Throws what does not; returns a warning in words, if there is one. */
export type HealthCheck = () => Promise<unknown>

/** What the checks of a service look at. */
interface Checked {
  readonly parts: Required<Pick<ServiceParts<readonly []>, 'projections' | 'health'>>
  readonly store: Store
  readonly guard: HistoryGuard
  readonly projections: ServiceProjections
  /** Makes the context of the service's own checks. */
  readonly context: () => ServiceContext
}

/** The checks of a service's health by name: its store, its history, its projections, and those that it brings itself. */
export function serviceChecks({ parts, store, guard, projections, context }: Checked): ReadonlyMap<string, HealthCheck> {
  const checks = new Map<string, HealthCheck>([
    ['store', () => checkStore(store)],
    ['history', async () => refuseOlder(guard)],
  ])
  for (const { name } of parts.projections) checks.set(`projection:${name}`, () => projections.checkCurrent(name))
  for (const [name, check] of Object.entries(parts.health)) checks.set(name, () => check(context()))
  return checks
}

async function checkStore(store: Store): Promise<string | undefined> {
  await store.ping()
  return store.hindrance?.()
}

function refuseOlder({ refusal }: HistoryGuard): void {
  if (refusal) throw refusal
}
