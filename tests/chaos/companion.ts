import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { ShopProcess } from '../support/shop-process.ts'
import type { Battlefield } from './battlefield.ts'

/** A second instance of the shop on the same data, which serves customers of its own while the first is struck. */
export interface Companion {
  /** Strikes the first while this one serves; it has to live on and to accept orders afterwards. */
  beside<T>(strike: () => Promise<T>): Promise<T>
  /** Kills it, so that the data are left alone. */
  leave(): Promise<void>
}

/** It is killed itself, after so many strikes. */
const STRIKES_PER_LIFE = 3
/** Pause of a customer who got no order. */
const REFUSED_MS = 100

/** Builds the companion of a shop; it is started at the first strike. */
export function createCompanion(field: Battlefield): Companion {
  const { lives, customers, clientOf, resume } = field
  let shop: ShopProcess | undefined
  let strikes = 0

  async function serving(): Promise<ShopProcess> {
    if (shop !== undefined) return shop
    const started = await lives.start()
    assert.ok(started, 'nothing kills the second instance while it starts')
    await resume(started)
    return (shop = started)
  }
  async function leave(): Promise<void> {
    if (shop !== undefined) await lives.kill(shop)
    shop = undefined
  }
  return {
    leave,
    async beside(strike) {
      const second = await serving()
      let ended: number | string | undefined
      void second.ended.then((end) => (ended = end))
      let over = false
      const ordering = (async () => {
        while (!over && ended === undefined) if ((await customers.place(clientOf(second), 1)) === 0) await delay(REFUSED_MS)
      })()
      try {
        return await strike()
      } finally {
        over = true
        await ordering
        assert.equal(ended, undefined, `the second instance lives on while the first is struck: ${second.errors()}`)
        await resume(second)
        if (++strikes % STRIKES_PER_LIFE === 0) await leave()
      }
    },
  }
}
