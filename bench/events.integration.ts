import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sqliteStores } from 'banyan/store/sqlite'
import { temporaryDirectory } from '@banyan/testing'
import { benchCatchUp, benchEvents } from './events.ts'

test('events are measured one by one, many at once, and read again by a new projection, twice in one process', async () => {
  for (let round = 0; round < 2; round++) {
    using singles = temporaryDirectory()
    const figures = await benchEvents(sqliteStores({ directory: singles.path }), 3, 50)
    assert.ok(figures.eventsPerSecond > 0 && figures.p99Ms >= figures.p50Ms)
    using log = temporaryDirectory()
    assert.ok((await benchCatchUp(sqliteStores({ directory: log.path }), 2_000)) > 0)
  }
})
