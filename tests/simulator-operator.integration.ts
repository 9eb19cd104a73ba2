// An operator at work in the simulator: some steps and compensations of the shop's sagas fail for good, in whatever weather; what is stuck is
// settled by hand and skipped. In the end every order has ended and all books agree (P9).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Scenario, scheduleRunner } from '@banyan/testing'
import type { OrderFlow } from '@shop/orders/contract'
import { shopScenario } from './simulator/shop-scenario.ts'

const SEED = Number(process.env['BANYAN_TEST_SEED'] ?? 1)
const RUNS = Number(process.env['BANYAN_SIM_RUNS'] ?? 8)

for (const flow of ['orchestration', 'choreography'] satisfies OrderFlow[])
  test(`${flow}: ${RUNS} seeds from ${SEED} with an operator who skips what is stuck: every order ends and the books agree`, async () => {
    await using scenario = shopScenario(flow, { operated: true })
    let skips = 0
    const check: Scenario['check'] = async (world) => {
      const query = `SELECT COUNT(*) AS "count" FROM banyan_audit WHERE action LIKE 'saga.skip %'`
      skips += (await world.readSql('orders', (sql) => sql.get<{ count: number }>(query)))?.count ?? 0
      await scenario.check?.(world)
    }
    using runner = await scheduleRunner({ ...scenario, check })
    for (let seed = SEED; seed < SEED + RUNS; seed++) {
      const { failure } = await runner.run(seed)
      assert.equal(failure, undefined, `seed ${seed}: ${failure?.message}`)
    }
    assert.ok(skips > 0, `${skips} skips in ${RUNS} runs: too few to prove anything`)
  })
