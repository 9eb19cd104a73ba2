import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '@banyan/testing'
import { bodySha256, operatorAuthorization, OPERATOR_PROOF_PATH, platformProof, requestProof } from 'banyan/host'
import { createRuntime } from 'banyan/kernel'
import { type Answer, OPERATOR_SECRET, type RunningTest, startGateway, stubHost } from '../gateway.fixture.ts'

const NONCE = 'ab'.repeat(32)
const BODY = JSON.stringify({ reason: 'bank is back' })
const RETRY = '/api/ops/sagas/orders/s1/retry'

async function challengeOf(running: RunningTest): Promise<{ challenge: string; proof: string }> {
  return (await running.ask(`${OPERATOR_PROOF_PATH}?nonce=${NONCE}`)).json as { challenge: string; proof: string }
}

/** What the tool of the operator proves about one request. */
interface Signed {
  readonly challenge: string
  readonly key?: string
  readonly method?: string
  readonly target?: string
  readonly body?: string
}

function proven({ challenge, key = OPERATOR_SECRET, method = 'GET', target = '/api/ops/lag', body = '' }: Signed): Record<string, string> {
  const request = { method, target, bodySha256: bodySha256(body) }
  return {
    authorization: operatorAuthorization({ challenge, bodySha256: request.bodySha256, proof: requestProof(key, challenge, request) }),
  }
}

test('proves that it knows the key before it is asked for anything', async () => {
  await using running = await startGateway()
  const { challenge, proof } = await challengeOf(running)
  assert.equal(proof, platformProof(OPERATOR_SECRET, NONCE, challenge))
  assert.notEqual((await challengeOf(running)).challenge, challenge)
  for (const nonce of ['', 'short', 'G'.repeat(64)]) assert.equal((await running.ask(`${OPERATOR_PROOF_PATH}?nonce=${nonce}`)).status, 400)
  await using without = await startGateway({}, { ...stubHost(), operatorKey: undefined })
  assert.equal((await without.ask(`${OPERATOR_PROOF_PATH}?nonce=${NONCE}`)).status, 404)
})

test('lets in whoever proves to know the key, for the one request that the proof covers', async () => {
  await using running = await startGateway()
  const ask = async (signed: Omit<Signed, 'challenge'>, path = '/api/ops/lag', more = {}): Promise<Answer> =>
    running.ask(path, { headers: proven({ ...(await challengeOf(running)), ...signed }), ...more })
  assert.equal((await ask({})).status, 200)
  assert.match((await ask({ target: '/metrics' }, '/metrics')).text, /banyan_gateway/)
  const post = { method: 'POST', body: BODY }
  assert.equal((await ask({ method: 'POST', target: RETRY, body: BODY }, RETRY, post)).status, 404, 'there is no such service')
  for (const other of [{ key: 'another key' }, { method: 'POST' }, { target: '/api/ops/parked' }])
    assert.equal((await ask(other)).status, 401, JSON.stringify(other))
  assert.equal((await ask({ method: 'POST', target: RETRY, body: '{"reason":"other"}' }, RETRY, post)).status, 401)
  assert.equal((await ask({ method: 'POST', target: RETRY, body: BODY }, RETRY, { method: 'POST' })).status, 401)
})

test('takes a challenge once, for half a minute, and only its own', async () => {
  const clock = virtualClock(Date.now())
  await using running = await startGateway({}, stubHost({ runtime: createRuntime({ clock }) }))
  const { challenge } = await challengeOf(running)
  const ask = async (headers: Record<string, string>): Promise<number> => (await running.ask('/api/ops/lag', { headers })).status
  assert.equal(await ask(proven({ challenge })), 200)
  assert.equal(await ask(proven({ challenge })), 401, 'used')
  const { challenge: old } = await challengeOf(running)
  await clock.advance(31_000)
  assert.equal(await ask(proven({ challenge: old })), 401, 'old')
  await using other = await startGateway({}, { ...stubHost(), operatorKey: 'the key of another platform' })
  assert.equal(await ask(proven(await challengeOf(other))), 401, 'of another platform')
  assert.equal(await ask(proven({ challenge: '0.x.y' })), 401, 'made up')
})

test('does not take the key itself', async () => {
  await using running = await startGateway()
  for (const headers of [{ 'x-api-key': OPERATOR_SECRET }, { authorization: `Bearer ${OPERATOR_SECRET}` }])
    assert.equal((await running.ask('/api/ops/lag', { headers })).status, 401)
})
