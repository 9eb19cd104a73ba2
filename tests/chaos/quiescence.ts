import assert from 'node:assert/strict'
import { eventually } from '@banyan/testing'
import type { ShopClient } from '../support/shop-client.ts'

/**
 * How long a shop that is left alone may take to finish everything. Patient, because a machine that is overloaded ten times makes engines
 * lose their leases and begin anew; how long it took is part of the result.
 */
const QUIET_MS = 180_000
const POLL_MS = 25

/**
 * Waits until no event is waited for and no saga is under way. An event during which the process was killed again and again is parked as
 * the suspect it is; a person who knows better redrives it, and so does this. Nothing may be parked for another reason.
 */
export async function quiet(staff: ShopClient): Promise<void> {
  await eventually(
    async () => {
      assert.equal(await redriveSuspects(staff), 0, 'no key is parked')
      assert.deepEqual(
        (await operations(staff, 'lag')).filter(({ lag }) => Number(lag) > 0),
        [],
        'every consumer is up to date',
      )
      const open = (await operations(staff, 'saga-counts')).filter(({ status }) => status !== 'completed' && status !== 'compensated')
      assert.deepEqual(open, [], 'every saga has ended')
    },
    { timeoutMs: QUIET_MS, pollMs: POLL_MS },
  )
}

async function redriveSuspects(staff: ShopClient): Promise<number> {
  const parked = await operations(staff, 'parked')
  for (const { service, consumer, source, key, state, error } of parked) {
    if (state !== 'failed') continue
    assert.match(String(error), /the process ended \d+ times/, `parked: ${JSON.stringify({ service, source, key, error })}`)
    const target = { service, consumer, source, key, reason: 'the test killed the process, not this event' }
    const { status, body } = await staff.request('POST', '/api/ops/parked/redrive', target)
    assert.ok(status === 200 || status === 404 || status === 409, JSON.stringify(body))
  }
  return parked.length
}

async function operations(staff: ShopClient, what: string): Promise<Record<string, unknown>[]> {
  const { status, body } = await staff.request<{ items: Record<string, unknown>[] }>('GET', `/api/ops/${what}`)
  assert.equal(status, 200, `${what}: ${JSON.stringify(body)}`)
  return body.items
}
