import type { Scenario, World } from '@banyan/testing'
import { catalogService } from '@shop/catalog'
import { catalog } from '@shop/catalog/contract'
import { inventoryService } from '@shop/inventory'
import { ordersService } from '@shop/orders'
import type { OrderFlow } from '@shop/orders/contract'
import { recommendationsService } from '@shop/recommendations'
import { shippingService } from '@shop/shipping'
import { usersService } from '@shop/users'
import { checkShop } from './shop-check.ts'
import { ASSORTMENT, buy } from './shop-customers.ts'
import { operate } from './operator.ts'
import { sabotaged } from './sabotage.ts'
import { type SimulatedProvider, simulatedProvider } from './simulated-provider.ts'

/** A deadline that is reached in few virtual seconds: idle time costs events too. Well above what an order needs in bad weather. */
const ORDER_DEADLINE_MS = 60_000

/** More than the toolkit forgives an event, so that suspects of crashes are parked and redriven as well. */
const CRASHES_MAX = 6

/** How a scenario differs from the usual one. */
interface ScenarioOptions {
  /** Some steps and compensations fail for good, and a person settles them by hand and skips them. Default false. */
  readonly operated?: boolean
}

/**
 * The whole shop in one simulated process: seven services, both of its order flows, a payment provider outside. The gateway stays out, for its
 * sockets are real; requests enter where the gateway hands them on, with the same principal, key and waiting time.
 */
export function shopScenario(flow: OrderFlow, { operated = false }: ScenarioOptions = {}): Scenario & AsyncDisposable {
  const environment = { BANYAN_SEED: 'off', BANYAN_ORDER_FLOW: flow, BANYAN_ORDER_DEADLINE_MS: String(ORDER_DEADLINE_MS) }
  let provider: SimulatedProvider | undefined
  return {
    environment,
    crashesMax: CRASHES_MAX,
    services(world) {
      void provider?.[Symbol.asyncDispose]() // of the run before
      provider = simulatedProvider(world, environment)
      const others = [
        usersService,
        catalogService,
        inventoryService,
        operated ? sabotaged(ordersService, world) : ordersService,
        shippingService,
        recommendationsService,
      ]
      return [...others, provider.payments]
    },
    prepare: stockUp,
    workload: operated ? (world) => operate(world, buy(world)) : buy,
    check: checkShop,
    [Symbol.asyncDispose]: async () => provider?.[Symbol.asyncDispose](),
  }
}

async function stockUp(world: World): Promise<void> {
  for (const { sku, stock } of Object.values(ASSORTMENT))
    await world.client(catalog).create({
      title: `Product ${sku}`,
      slug: sku.toLowerCase(),
      variants: [{ sku, weightGrams: 200, prices: [{ currency: 'EUR', amountMinor: 1_000 }], initialStock: stock }],
    })
}
