import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError, command, contract, define, service, Type } from 'banyan'
import { eventually } from './eventually.ts'
import { testPlatform } from './test-platform.ts'
import { virtualClock } from './virtual-clock.ts'

const contractOfParcels = contract('parcels', {
  operations: {
    send: command('POST /api/parcels', { input: Type.Object({ id: Type.String() }), output: Type.Null(), access: 'public' }),
  },
})
const parts = define(contractOfParcels, {})
let isHealed = false
const deliver = parts.saga('deliver', async (s, _parcel: { id: string }) => {
  await s.commit()
  await s.step('hand over', {
    action: async () => {
      if (!isHealed) throw new BanyanError('failed_precondition', 'nobody is at home')
    },
  })
})
const parcels = service(parts.definition, {
  operations: [
    parts.operation('send', async (input, { transaction }) =>
      transaction(async (tx) => {
        await tx.start(deliver, { id: input.id, input })
        return null
      }),
    ),
  ],
  sagas: [deliver],
})

test('P9: a stuck saga is counted for alerts until a person has settled it', async () => {
  const clock = virtualClock()
  await using platform = await testPlatform({ services: [parcels], runtime: { clock } })
  const [admin] = platform.admin.services
  const stuck = /banyan_sagas_open\{service="parcels",saga="deliver",status="stuck"\} 1/
  await platform.client(contractOfParcels).send({ id: 'p1' })
  await eventually(async () => {
    await clock.advance(1_000)
    assert.match(platform.metrics.text(), stuck)
  })
  isHealed = true
  await admin?.retrySaga('p1', { actor: 'ann', reason: 'somebody is at home now' })
  await eventually(async () => {
    await clock.advance(1_000)
    assert.equal((await admin?.saga('p1'))?.saga.status, 'completed')
    assert.doesNotMatch(platform.metrics.text(), stuck)
  })
})
