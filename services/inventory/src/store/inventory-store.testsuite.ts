import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRuntime } from 'banyan/kernel'
import { type Store, type StoreFactory, variantFor } from 'banyan/store'
import { inventoryStore } from './inventory-store.ts'
import { MAIN_LOCATION, type InventoryRepository, type Movement, type StoredReservation } from './repository.ts'

/** Where one test keeps its inventory. */
export interface InventoryPlace extends AsyncDisposable {
  readonly factory: StoreFactory
}

/** A repository on which each call is a transaction, or a snapshot, of its own. */
interface Inventory {
  write<T>(body: (tx: InventoryRepository) => Promise<T> | T): Promise<T>
  read<T>(body: (tx: InventoryRepository) => Promise<T>): Promise<T>
}

const NOW = 1_000_000

function aHold(overrides: Partial<StoredReservation> = {}): StoredReservation {
  return { reservationId: 'r1', orderId: 'o1', status: 'held', expiresAt: NOW + 60, flow: 'orchestration', ...overrides }
}

function aMovement(overrides: Partial<Movement> = {}): Movement {
  const cause = { id: 'm1', kind: 'receipt', refType: 'product', refId: 'p1', reason: 'initial stock', actor: 'system' } as const
  return { ...cause, sku: 'MUG', deltaOnHand: 5, deltaReserved: 0, at: NOW, ...overrides }
}

/** What the repository of inventory promises, whatever engine keeps it. */
export function testInventoryStore(engine: string, createPlace: () => Promise<InventoryPlace>): void {
  const promise = (name: string, body: (inventory: Inventory) => Promise<void>): void =>
    test(name, async () => {
      await using place = await createPlace()
      const store = await open(place.factory)
      try {
        await body(store.inventory)
      } finally {
        await store.store.close()
      }
    }) as unknown as void

  describe(`inventory in ${engine}`, () => {
    testStock(promise)
    testReservations(promise)
    testMovements(promise)
    testAudit(promise)
  })
}

type PromiseOf = (name: string, body: (inventory: Inventory) => Promise<void>) => void

function testStock(promise: PromiseOf): void {
  promise('a sku is added once, found, and takes part in pages by sku', async ({ write, read }) => {
    for (const [sku, onHand] of [
      ['b', 7],
      ['a', 0],
      ['c', 2],
    ] as const)
      assert.equal(await write(({ stock }) => stock.add(sku, onHand, NOW)), true)
    assert.equal(await write(({ stock }) => stock.add('a', 9, NOW + 1)), false)
    const item = { sku: 'a', locationId: MAIN_LOCATION, onHand: 0, reserved: 0, safetyStock: 0, available: 0, version: 1, updatedAt: NOW }
    assert.deepEqual(await read(({ stock }) => stock.find('a')), item)
    assert.equal(await read(({ stock }) => stock.find('d')), undefined)
    const page = (after: string, limit: number, low?: number): Promise<string[]> =>
      read(async ({ stock }) => (await stock.page(after, limit, low)).map(({ sku }) => sku))
    assert.deepEqual(await page('', 2), ['a', 'b'])
    assert.deepEqual(await page('b', 2), ['c'])
    assert.deepEqual(await page('', 9, 2), ['a', 'c'])
    assert.deepEqual(await page('', 1, 2), ['a'])
    assert.deepEqual(await page('a', 9, 2), ['c'])
  })

  promise('units are taken only where there are enough, and given back', async ({ write, read }) => {
    await write(({ stock }) => stock.add('MUG', 5, NOW))
    assert.equal(await write(({ stock }) => stock.take({ sku: 'MUG', qty: 3 }, NOW + 1)), true)
    assert.equal(await write(({ stock }) => stock.take({ sku: 'MUG', qty: 3 }, NOW + 2)), false)
    assert.equal(await write(({ stock }) => stock.take({ sku: 'CUP', qty: 1 }, NOW + 2)), false)
    const taken = await read(({ stock }) => stock.find('MUG'))
    assert.deepEqual([taken?.reserved, taken?.available, taken?.version, taken?.updatedAt], [3, 2, 2, NOW + 1])
    await write(({ stock }) => stock.giveBack({ sku: 'MUG', qty: 3 }, NOW + 3))
    await write(({ stock }) => stock.adjust('MUG', -4, NOW + 4))
    const left = await read(({ stock }) => stock.find('MUG'))
    assert.deepEqual([left?.onHand, left?.reserved, left?.available, left?.version, left?.updatedAt], [1, 0, 1, 4, NOW + 4])
  })

  promise('figures that cannot be fail their transaction, and nothing of it stays', async ({ write, read }) => {
    await write(({ stock }) => stock.add('MUG', 5, NOW))
    await write(({ stock }) => stock.take({ sku: 'MUG', qty: 2 }, NOW))
    for (const wrong of [
      (tx: InventoryRepository) => tx.stock.adjust('MUG', -6, NOW),
      (tx: InventoryRepository) => tx.stock.adjust('MUG', -4, NOW),
      (tx: InventoryRepository) => tx.stock.giveBack({ sku: 'MUG', qty: 3 }, NOW),
    ])
      await assert.rejects(
        write(async (tx) => {
          await tx.reservations.insert(aHold(), NOW)
          await wrong(tx)
        }),
      )
    const kept = await read(({ stock }) => stock.find('MUG'))
    assert.deepEqual([kept?.onHand, kept?.reserved], [5, 2])
    assert.equal(await read(({ reservations }) => reservations.find('o1')), undefined)
  })
}

function testReservations(promise: PromiseOf): void {
  promise('an order has one reservation, with lines by sku', async ({ write, read }) => {
    const inserted = await write(async ({ reservations }) => {
      const isNew = await reservations.insert(aHold(), NOW)
      reservations.insertLines('o1', [
        { sku: 'b', qty: 1 },
        { sku: 'a', qty: 2 },
      ])
      return { isNew, seen: await reservations.lines('o1') }
    })
    const lines = [
      { sku: 'a', qty: 2 },
      { sku: 'b', qty: 1 },
    ]
    assert.deepEqual(inserted, { isNew: true, seen: lines }, 'a transaction sees what it wrote without waiting')
    assert.equal(await write(({ reservations }) => reservations.insert(aHold({ reservationId: 'r2' }), NOW)), false)
    assert.deepEqual(await read(({ reservations }) => reservations.find('o1')), aHold())
    assert.deepEqual(await read(({ reservations }) => reservations.lines('o1')), lines)
    assert.deepEqual(await read(({ reservations }) => reservations.lines('o2')), [])
  })

  promise('only a hold is committed, and an end is final', async ({ write, read }) => {
    await write(({ reservations }) => reservations.insert(aHold(), NOW))
    await write(({ reservations }) => reservations.insert(aHold({ orderId: 'o2', status: 'released', expiresAt: null }), NOW))
    assert.deepEqual(await write(({ reservations }) => reservations.commitHold('o1')), aHold({ status: 'committed', expiresAt: null }))
    for (const orderId of ['o1', 'o2', 'o3'])
      assert.equal(await write(({ reservations }) => reservations.commitHold(orderId)), undefined, orderId)
    await write(({ reservations }) => reservations.end('o1', 'released'))
    assert.equal((await read(({ reservations }) => reservations.find('o1')))?.status, 'released')
  })

  promise('holds that ran out come oldest first, and those that ended do not', async ({ write, read }) => {
    for (const [orderId, expiresAt] of [
      ['late', NOW + 1],
      ['second', NOW],
      ['first', NOW - 5],
      ['committed', NOW - 9],
      ['ended', NOW - 9],
    ] as const)
      await write(({ reservations }) => reservations.insert(aHold({ orderId, expiresAt }), NOW))
    await write(({ reservations }) => reservations.commitHold('committed'))
    await write(({ reservations }) => reservations.end('ended', 'expired'))
    assert.deepEqual(await read(({ reservations }) => reservations.expired(NOW, 9)), ['first', 'second'])
    assert.deepEqual(await read(({ reservations }) => reservations.expired(NOW, 1)), ['first'])
  })
}

function testMovements(promise: PromiseOf): void {
  promise('the same cause twice fails its transaction', async ({ write, read }) => {
    await write(({ movements }) => movements.append([]))
    await write(({ movements }) => movements.append([aMovement(), aMovement({ sku: 'CUP' })]))
    await assert.rejects(
      write(async ({ stock, movements }) => {
        await stock.add('NEW', 1, NOW)
        movements.append([aMovement({ id: 'm2' })])
      }),
    )
    assert.equal(await read(({ stock }) => stock.find('NEW')), undefined)
  })

  promise('notes are removed once their time is over, the oldest first', async ({ write }) => {
    await write(({ movements }) => {
      for (const [id, at] of [
        ['m3', 30],
        ['m1', 10],
        ['m2', 20],
      ] as const)
        movements.note(id, `about ${id}`, at)
    })
    assert.equal(await write(({ movements }) => movements.removeNotes(20, 1)), 1)
    assert.equal(await write(({ movements }) => movements.removeNotes(20, 9)), 1)
    assert.equal(await write(({ movements }) => movements.removeNotes(20, 9)), 0)
    assert.equal(await write(({ movements }) => movements.removeNotes(30, 9)), 1)
  })
}

function testAudit(promise: PromiseOf): void {
  promise('an audit finds stock that its movements and reservations do not explain', async ({ write, read }) => {
    await write(async ({ stock, reservations, movements }) => {
      for (const sku of ['right', 'moved', 'bound']) await stock.add(sku, 5, NOW)
      movements.append(['right', 'bound', 'stray'].map((sku) => aMovement({ sku })))
      movements.append([aMovement({ sku: 'moved', deltaOnHand: 4 })])
      for (const [orderId, status] of [
        ['o1', 'held'],
        ['o2', 'released'],
      ] as const) {
        await reservations.insert(aHold({ orderId, status }), NOW)
        reservations.insertLines(orderId, [{ sku: 'bound', qty: 2 }])
      }
    })
    const base = { locationId: MAIN_LOCATION, reserved: 0, movedReserved: 0 }
    const [mismatches, strays] = await read(async ({ audit }) => [await audit.mismatches(), await audit.strays()])
    assert.deepEqual(mismatches, [
      { ...base, sku: 'bound', onHand: 5, movedOnHand: 5, bound: 2 },
      { ...base, sku: 'moved', onHand: 5, movedOnHand: 4, bound: 0 },
    ])
    assert.deepEqual(strays, ['stray'])
  })

  promise('an audit finds holds that ran out, and reads reservations by ranges of orders', async ({ write, read }) => {
    for (const [orderId, expiresAt] of [
      ['o3', NOW + 1],
      ['o1', NOW - 1],
      ['o2', NOW],
    ] as const)
      await write(async ({ reservations }) => {
        await reservations.insert(aHold({ orderId, expiresAt }), NOW)
        reservations.insertLines(orderId, [
          { sku: 'b', qty: 1 },
          { sku: 'a', qty: 10 },
        ])
      })
    await write(({ reservations }) => reservations.insert(aHold({ orderId: 'o4', status: 'released', expiresAt: null }), NOW + 4))
    assert.deepEqual(await read(({ audit }) => audit.overdue(NOW)), [{ orderId: 'o1', expiresAt: NOW - 1 }])
    const idsOf = (range: { after: string; upTo?: string }): Promise<string[]> =>
      read(async ({ audit }) => (await audit.reservations(range)).map(({ orderId }) => orderId))
    assert.deepEqual(await idsOf({ after: '' }), ['o1', 'o2', 'o3', 'o4'])
    assert.deepEqual(await idsOf({ after: 'o1', upTo: 'o3' }), ['o2', 'o3'])
    assert.deepEqual(await read(({ audit }) => audit.reservations({ after: 'o2' })), [
      { orderId: 'o3', status: 'held', expiresAt: NOW + 1, createdAt: NOW, lines: 'a:10,b:1' },
      { orderId: 'o4', status: 'released', expiresAt: null, createdAt: NOW + 4, lines: '' },
    ])
  })

  promise('an audit goes on behind its first page', async ({ write, read }) => {
    const skus = Array.from({ length: 1_005 }, (_, index) => `S${String(index).padStart(4, '0')}`)
    await write(async ({ stock, movements }) => {
      for (const sku of skus) await stock.add(sku, 5, NOW)
      for (let first = 0; first < skus.length; first += 100)
        movements.append(skus.slice(first, first + 100).map((sku) => aMovement({ sku, deltaOnHand: sku === 'S1004' ? 4 : 5 })))
    })
    assert.deepEqual(
      (await read(({ audit }) => audit.mismatches())).map(({ sku }) => sku),
      ['S1004'],
    )
    assert.deepEqual(
      (await read(({ stock }) => stock.page('S1003', 5, 5))).map(({ sku }) => sku),
      ['S1004'],
    )
  })
}

async function open(factory: StoreFactory): Promise<{ readonly store: Store; readonly inventory: Inventory }> {
  const { migrations, repository } = variantFor('inventory', inventoryStore, factory.offer('inventory'))
  const store = await factory.open({ service: 'inventory', migrations, runtime: createRuntime() })
  return {
    store,
    inventory: {
      write: async (body) => (await store.transaction(async (tx) => body(repository(tx.database as never)))).value,
      read: (body) => store.read(async (tx) => body(repository(tx.database as never))),
    },
  }
}
