import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shareOf, toRoom } from './server-room.ts'

const room = (max: number, others = 0, processes = 1) => ({ limits: [{ max, others, processes }] })

test('a process takes an equal share of what others leave, with one kept for a process that starts beside those that run', () => {
  assert.equal(shareOf(room(57), 8), 28)
  assert.equal(shareOf(room(57, 20), 8), 18)
  assert.equal(shareOf(room(57, 0, 2), 8), 19)
  assert.equal(shareOf(room(97, 0, 2), 8), 32)
  assert.equal(shareOf(room(97, 0, 3), 8), 24)
})

test('where such a share is too little for one, it takes what it needs, as far as it is there', () => {
  assert.equal(shareOf(room(12), 8), 8)
  assert.equal(shareOf(room(17, 0, 2), 8), 8)
  assert.equal(shareOf(room(12, 0, 2), 8), 6)
  assert.equal(shareOf(room(12, 20), 8), 0)
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
  assert.equal(shareOf(toRoom(row), 6), 6)
})
