import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract, event, Type } from '../../contract/index.ts'
import { createRuntime } from '../../kernel/index.ts'
import type { StoredEvent } from '../../store/records/feed.ts'
import { createTracing } from '../../telemetry/index.ts'
import { define, type SubscriptionOptions } from '../define/define.ts'
import { eventHandler } from './event-handlers.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'

const shop = contract('shop', {
  operations: {},
  events: { 'order.placed': event({ key: 'id', data: Type.Object({ id: Type.String(), style: Type.String() }) }) },
})
const { on, definition } = define(shop)

function handlerOf(options?: SubscriptionOptions<{ style: string }>) {
  const runtime = createRuntime()
  const service = { name: 'shop', definition, runtime, tracing: createTracing({ ids: runtime.ids }) } as unknown as ServiceRuntime
  const handled: string[] = []
  const subscription = on('order.placed', async ({ data }) => void handled.push(data.id), options)
  return { handler: eventHandler(service, subscription), handled }
}

function placed(data: unknown): StoredEvent {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const ids = { id: 'e', key: '1', correlationId: 'c', causationId: 'c', traceparent }
  return { position: 1, type: 'order.placed', version: 1, time: 0, data: JSON.stringify(data), ...ids }
}

const bySaga = { when: ({ style }: { style: string }) => style === 'saga' }
const consume = async (): Promise<void> => {}

test('a condition tells by the data alone which events are wanted', () => {
  const { handler } = handlerOf(bySaga)
  assert.equal(handler.wants?.(placed({ id: '1', style: 'saga' })), true)
  assert.equal(handler.wants?.(placed({ id: '2', style: 'events' })), false)
})

test('without a condition every event is wanted', () => {
  assert.equal(handlerOf().handler.wants, undefined)
})

test('an event that cannot be judged is wanted, so that handling it tells what is wrong', async () => {
  const { handler } = handlerOf(bySaga)
  const broken = placed({ id: 3 })
  assert.equal(handler.wants?.(broken), true)
  await assert.rejects(handler(broken, consume), /event order.placed/)
})

test('an event that was parked before there was a condition is passed over when it is redriven', async () => {
  const { handler, handled } = handlerOf(bySaga)
  await handler(placed({ id: '1', style: 'events' }), consume)
  await handler(placed({ id: '2', style: 'saga' }), consume)
  assert.deepEqual(handled, ['2'])
})

test('an event of an earlier release is read in the form of today, and its condition judges that form', async () => {
  const narrowed = contract('shop', {
    operations: {},
    events: {
      'order.ended': event({
        key: 'id',
        data: Type.Object({ id: Type.String(), reason: Type.Enum(['late', 'other']) }),
        upgrade: (stored) => ({ ...stored, reason: stored['reason'] === 'late' ? 'late' : 'other' }),
      }),
    },
  })
  const { on: onNarrowed, definition: ofNarrowed } = define(narrowed)
  const read: string[] = []
  const subscription = onNarrowed('order.ended', async ({ data }) => void read.push(data.reason), {
    when: ({ reason }) => reason !== 'late',
  })
  const runtime = createRuntime()
  const tracing = createTracing({ ids: runtime.ids })
  const handler = eventHandler({ name: 'shop', definition: ofNarrowed, runtime, tracing } as unknown as ServiceRuntime, subscription)
  const ended = (reason: string) => ({ ...placed({ id: '1', reason }), type: 'order.ended' })
  assert.equal(handler.wants?.(ended('late')), false)
  await assert.doesNotReject(handler(ended('my aunt is ill'), consume))
  assert.deepEqual(read, ['other'])
})
