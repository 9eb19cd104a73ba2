import { testPlatform, type TestPlatformOptions } from '@banyan/testing'
import { ANONYMOUS, type Principal, type Static } from 'banyan/contract'
import { createRuntime, deadlineAfter, systemClock } from 'banyan/kernel'
import { catalog } from './contract.ts'
import { catalogService } from './service.ts'

type Operation = keyof typeof catalog.operations
type InputOf<K extends Operation> = Static<(typeof catalog.operations)[K]['input']>
type OutputOf<K extends Operation> = Static<(typeof catalog.operations)[K]['output']>

/** The principal of an admin. */
const ADMIN: Principal = { kind: 'user', subject: 'root', roles: ['admin'] }

/** Starts catalog alone; empty unless the environment asks for the demo catalog. */
export async function catalogPlatform(options: Omit<TestPlatformOptions, 'services'> = {}) {
  const platform = await testPlatform({ environment: { BANYAN_SEED: 'off' }, ...options, services: [catalogService] })
  const hosted = platform.services[0] as (typeof platform.services)[number]
  const clock = systemClock()
  const { ids } = createRuntime()

  /** Calls as the gateway would for this principal. */
  async function callAs<K extends Operation>(principal: Principal, operation: K, input: InputOf<K>): Promise<OutputOf<K>> {
    const id = ids.uuid()
    const trace = { traceId: ids.hex(16), spanId: ids.hex(8), flags: 0 } as const
    const scope = { principal, deadline: deadlineAfter(clock, 10_000), trace, correlationId: id, causationId: id }
    return (await hosted.invoke({ service: 'catalog', operation, input, scope })).output as OutputOf<K>
  }
  return {
    platform,
    catalog: platform.client(catalog),
    guest: <K extends Operation>(operation: K, input: InputOf<K>) => callAs(ANONYMOUS, operation, input),
    admin: <K extends Operation>(operation: K, input: InputOf<K>) => callAs(ADMIN, operation, input),
    /** Events of the log, oldest first. */
    events: async () => (await hosted.feed.read(0, 100)).map(({ type, key, data }) => ({ type, key, data: JSON.parse(data) as unknown })),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  }
}

/** A product that is accepted. */
export function aProduct(overrides: Partial<InputOf<'create'>> = {}): InputOf<'create'> {
  return {
    title: 'Stoneware Mug',
    variants: [{ sku: 'MUG', weightGrams: 380, prices: [{ currency: 'EUR', amountMinor: 1_850 }], initialStock: 5 }],
    ...overrides,
  }
}

/** A variant that is accepted. */
export function aVariant(sku: string, amountMinor: number, currency = 'EUR'): InputOf<'create'>['variants'][number] {
  return { sku, weightGrams: 100, prices: [{ currency, amountMinor }] }
}
