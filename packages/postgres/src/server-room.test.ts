import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shareOf, toRoom } from './server-room.ts'

const share = (need: number, max: number, others = 0, processes = 1): number =>
  shareOf({ limits: [{ max, others, processes }] }, need).connections

test('a process takes an equal share of what others leave, with one kept for a process that starts beside those that run', () => {
  assert.equal(share(8, 57), 28)
  assert.equal(share(8, 57, 20), 18)
  assert.equal(share(8, 57, 0, 2), 19)
  assert.equal(share(8, 97, 0, 2), 32)
  assert.equal(share(8, 97, 0, 3), 24)
})

test('where such a share is too little for one, it takes what it needs, as far as it is there', () => {
  assert.equal(share(8, 12), 8)
  assert.equal(share(8, 17, 0, 2), 8)
  assert.equal(share(8, 12, 0, 2), 6)
  assert.equal(share(8, 12, 20), 0)
})

test('the tightest limit decides: of the server, the role or the database', () => {
  const max = { server_max: 97, role_max: 20, database_max: -1 }
  const others = { others: 5, others_of_role: 2, others_of_database: 0 }
  const row = { ...max, ...others, processes: 4, processes_of_role: 2, processes_of_database: 1 }
  assert.deepEqual(toRoom(row), {
    limits: [
      { max: 97, others: 5, processes: 4 },
      { max: 20, others: 2, processes: 2 },
    ],
  })
  assert.deepEqual(shareOf(toRoom(row), 6), { connections: 6, limit: { max: 20, others: 2, processes: 2 } })
})

test('the limit that is named as the tightest is the one that gives this process least, with the share that is kept counted in', () => {
  const [alone, shared] = [
    { max: 100, others: 0, processes: 1 },
    { max: 180, others: 0, processes: 2 },
  ] as const
  assert.deepEqual(shareOf({ limits: [shared, alone] }, 8), { connections: 50, limit: alone })
  assert.deepEqual(shareOf({ limits: [alone, shared] }, 56), { connections: 56, limit: alone })
  assert.deepEqual(shareOf({ limits: [alone, shared] }, 95), { connections: 90, limit: shared })
})
