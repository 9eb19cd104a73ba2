import assert from 'node:assert/strict'
import { eventually } from '@banyan/testing'
import { BanyanError } from 'banyan'
import type { Faults } from 'banyan/kernel'
import type { Shop } from '../shop.fixture.ts'

const MUCH_LATER_MS = 3_600_000

/** Fails some attempts of a saga's steps, or of a consumer's handlers, for good. */
export class Saboteur implements Faults {
  readonly #visits = new Map<string, number>()
  readonly #armed = new Map<string, ReadonlySet<number>>()
  readonly #postponed = new Map<string, number>()

  /** Lets the visits of a fault point with these numbers fail, counted from 1. */
  failAt(point: string, ...visits: readonly number[]): this {
    this.#armed.set(point, new Set(visits))
    return this
  }

  /** Lets one visit of a fault point fail in a way that is tried again much later than any test lasts. */
  postponeAt(point: string, visit: number): this {
    this.#postponed.set(point, visit)
    return this
  }

  /** How often a point was reached. */
  visits(point: string): number {
    return this.#visits.get(point) ?? 0
  }

  at(point: string): void {
    const visit = this.visits(point) + 1
    this.#visits.set(point, visit)
    if (this.#postponed.get(point) === visit) throw new BanyanError('unavailable', 'much later', { retryAfterMs: MUCH_LATER_MS })
    if (this.#armed.get(point)?.has(visit)) throw new BanyanError('failed_precondition', `sabotage at ${point}, visit ${visit}`)
  }
}

/** Waits until a saga is stuck, and returns it with the step at which it is. */
export async function stuckAt(shop: Shop, name: string): Promise<{ readonly id: string; readonly step: string }> {
  return eventually(async () => {
    const [saga] = await ordersAdmin(shop).sagas({ name, status: 'stuck', limit: 1 })
    assert.ok(saga, `no ${name} is stuck`)
    const { stuck } = JSON.parse(saga.failure ?? '{}') as { stuck?: { step?: string } }
    return { id: saga.id, step: stuck?.step ?? '' }
  })
}

/** Plants a saga that is held before its commit point at a step that was postponed, and whose outcome nobody knows. */
export async function holdAt(shop: Shop, id: string, step: string): Promise<void> {
  await eventually(async () => {
    const { steps } = (await ordersAdmin(shop).saga(id)) ?? { steps: [] }
    assert.ok(
      steps.some(({ name, state, error }) => name === step && state === 'started' && error !== null),
      `${step} is not postponed yet`,
    )
  })
  const stuck = { phase: 'forward', code: 'internal', message: 'held by a mistake in the program', step }
  const failure = JSON.stringify({ code: 'internal', message: stuck.message, stuck })
  const taken = `UPDATE banyan_saga SET status = 'stuck', failure = ?, owner = NULL, wake_at = NULL, epoch = epoch + 1 WHERE id = ?`
  await shop.sql('orders', taken, failure, id)
  await shop.sql('orders', `UPDATE banyan_saga_step SET state = 'unknown' WHERE saga_id = ? AND name = ?`, id, step)
}

/** What people can do with the sagas of orders. */
export function ordersAdmin(shop: Shop) {
  return serviceAdminOf(shop, 'orders')
}

/** What people can do with a service. */
export function serviceAdminOf(shop: Shop, name: string) {
  const found = shop.platform.admin.services.find(({ service }) => service === name)
  assert.ok(found)
  return found
}
