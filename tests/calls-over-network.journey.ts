// The shop with all calls between its services on the wire: what holds in one process holds for services apart. TEST_CALLS=network runs all journeys so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callsOverMemory } from '@banyan/testing'
import type { OrderFlow } from '@shop/orders/contract'
import { paidWith, startShop } from './shop.fixture.ts'

const FLOWS: readonly OrderFlow[] = ['orchestration', 'choreography']

for (const flow of FLOWS)
  test(`orders by ${flow} are placed, paid, refused and undone with every call on the wire, and the books agree`, async () => {
    let sent = 0
    const network = callsOverMemory()
    await using shop = await startShop({
      flow,
      network(local, runtime) {
        const transport = network(local, runtime)
        return {
          send(request) {
            sent++
            return transport.send(request)
          },
        }
      },
    })
    await shop.sell('MUG', 3, 1_000)
    const confirmed = await shop.place()
    assert.deepEqual([confirmed.status, confirmed.paymentStatus, confirmed.settled], ['confirmed', 'captured', true])
    const declined = await shop.place(paidWith('tok_declined'))
    assert.deepEqual(declined.failure, { reason: 'payment_declined', declineCode: 'card_declined', retryable: false })
    const unstocked = await shop.place({ items: [{ sku: 'MUG', quantity: 3 }] })
    assert.equal(unstocked.failure?.reason, 'insufficient_stock')
    const again = await shop.place({}, { key: 'one' })
    assert.deepEqual((await shop.place({}, { key: 'one' })).id, again.id)
    await shop.auditedAtRest()
    assert.ok(sent > 10, `${sent} calls`)
  })
