import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { seededRandom } from '../../kernel/random.ts'
import { orderStress, type OrderSubject } from '../suite/store-order.testsuite.ts'

/** The planted logs show everything at once. */
const QUIET_MS = 20

/** How a planted log orders what it shows. */
type Scheme = 'commit-order' | 'cursor-on-sequence' | 'cursor-on-transaction-number'

interface Row {
  readonly sequence: number
  readonly transactionNumber: number
  readonly key: string
  readonly data: string
  position: number
}

/**
 * A database in memory that commits in another order than it counts, as PostgreSQL does: a row gets its sequence number when it is written,
 * its transaction's number at the first write, and becomes visible at the commit some turns later.
 */
function plantedLog(scheme: Scheme): OrderSubject {
  const random = seededRandom(7)
  const visible: Row[] = []
  const versions = new Map<string, number>()
  const locks = new Map<string, Promise<void>>()
  const running = new Set<number>()
  let sequence = 0
  let transactions = 0
  const someTurns = async (most: number): Promise<void> => {
    for (let turn = Math.floor(random.next() * most); turn > 0; turn--) await nextTurn()
  }
  const begin = (): number => {
    running.add(++transactions)
    return transactions
  }
  return {
    async write(key, _writer, touchFirst) {
      let transactionNumber = touchFirst ? begin() : 0
      if (touchFirst) await someTurns(5)
      const before = locks.get(key)
      let unlock = (): void => {}
      const mine = new Promise<void>((resolve) => (unlock = resolve))
      locks.set(
        key,
        (before ?? Promise.resolve()).then(() => mine),
      )
      await before
      transactionNumber ||= begin()
      const version = (versions.get(key) ?? 0) + 1
      versions.set(key, version)
      const row = { sequence: ++sequence, transactionNumber, key, data: JSON.stringify({ version }), position: 0 }
      await someTurns(5)
      running.delete(transactionNumber)
      row.position = visible.push(row) // the order of commits, which no real database tells
      if (scheme === 'cursor-on-sequence') row.position = row.sequence
      unlock()
    },
    async read(after) {
      if (scheme === 'commit-order') return visible.slice(after, after + 100)
      if (scheme === 'cursor-on-sequence')
        return visible.filter(({ position }) => position > after).toSorted((a, b) => a.sequence - b.sequence)
      const settledBelow = Math.min(...running, Number.POSITIVE_INFINITY)
      const settled = visible.filter(({ transactionNumber }) => transactionNumber < settledBelow)
      settled.sort((a, b) => a.transactionNumber - b.transactionNumber || a.sequence - b.sequence)
      return settled.slice(after).map((row, index) => ({ ...row, position: after + index + 1 }))
    },
    version: async (key) => versions.get(key) ?? 0,
  }
}

test('the ordering stress passes a log in commit order', async () => {
  const found = await orderStress(plantedLog('commit-order'), 10, QUIET_MS)
  assert.deepEqual(found, { committed: 200, seen: 200, lost: 0, inverted: 0, gaps: 0 })
})

test('the ordering stress catches the naive feed: a cursor on the sequence loses what commits late', async () => {
  const found = await orderStress(plantedLog('cursor-on-sequence'), 10, QUIET_MS)
  assert.ok(found.lost > 0, JSON.stringify(found))
})

test('the ordering stress catches a cursor on transaction numbers: it loses nothing but turns keys around', async () => {
  const found = await orderStress(plantedLog('cursor-on-transaction-number'), 10, QUIET_MS)
  assert.equal(found.lost, 0)
  assert.ok(found.inverted > 0, JSON.stringify(found))
})
