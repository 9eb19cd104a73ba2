import { rmSync } from 'node:fs'
import path from 'node:path'
import { durationMs, withResources, type World } from '@banyan/testing'
import { paymentsService } from '@shop/payments'
import { FAKE_PROVIDER_FILE } from '@shop/payments/fake-provider'
import { serviceDirectory } from 'banyan/host'
import { openPaymentResources, type PaymentProvider, type PaymentResources } from '@shop/payments/resources'
import type { Service } from 'banyan'
import type { Clock } from 'banyan/kernel'

type Ask = 'authorize' | 'capture' | 'void' | 'refund' | 'find'

/** How long a request is on its way: below the horizon after which the provider swears that it never happened. */
const REQUEST_MS = [0.5, 60] as const
const ANSWER_MS = [0.5, 100] as const
/** An answer that comes when nobody waits for it any more. */
const ANSWER_LATE_MS = [1_000, 8_000] as const
/** A request that something on the way sent again, still below the horizon. */
const REPEATED_MS = [1, 120] as const

/** What a provider answers when its answer does not get through. */
const BROKEN = { kind: 'unknown', cause: 'error' } as const

/** A world begins with stores that another world has filled. They know their provider by the id of its book, so that is the same in all worlds. */
const BOOK_ID = 'book-of-the-simulated-provider'

/** A provider outside of the shop's process, and the service that talks to it. */
export interface SimulatedProvider extends AsyncDisposable {
  readonly payments: Service
}

/**
 * Puts the fake payment provider, with a new and empty book, outside of the process: crashes of the shop do not end what it does. The network
 * to it is slow, loses requests and answers, breaks, and sends requests twice. What its tokens do comes on top.
 */
export function simulatedProvider(world: World, environment: Readonly<Record<string, string>>): SimulatedProvider {
  const { directory, runtime } = world
  const own = serviceDirectory(directory, paymentsService.name)
  for (const end of ['', '-wal', '-shm']) rmSync(path.join(own, FAKE_PROVIDER_FILE + end), { force: true })
  const opened = openPaymentResources({
    runtime: { ...runtime, ids: { ...runtime.ids, uuid: () => BOOK_ID } },
    directory: own,
    environment,
  })
  const payments = withResources(paymentsService, async ({ runtime: { clock } }): Promise<PaymentResources> => {
    const resources = await opened
    return { ...resources, clock, provider: distant(world, resources.provider, clock), [Symbol.asyncDispose]: async () => {} }
  })
  return { payments, [Symbol.asyncDispose]: async () => (await opened)[Symbol.asyncDispose]() }
}

/** The provider as the process with this clock reaches it. */
function distant(world: World, provider: PaymentProvider, clock: Clock): PaymentProvider {
  const never = new AbortController().signal

  function ask<T>(what: Ask, run: () => Promise<T>, signal: AbortSignal, broken: T): Promise<T> {
    const where = `payments>provider.${what}`
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(broken)
      signal.addEventListener('abort', () => resolve(broken), { once: true })
      const answer = (value: T, delayMs: number): void => void clock.setTimer(delayMs, () => resolve(value))
      if (world.strikes('provider-refused', where)) return answer(broken, durationMs(world, where, ...REQUEST_MS))
      if (world.strikes('provider-repeated', where)) world.after(durationMs(world, where, ...REPEATED_MS), where, () => void run())
      if (world.strikes('provider-request-lost', where)) return
      const deliver = async (): Promise<void> => {
        const value = await run()
        if (world.strikes('provider-answer-lost', where)) return
        const isBroken = world.strikes('provider-answer-broken', where)
        const [low, high] = world.strikes('provider-answer-late', where) ? ANSWER_LATE_MS : ANSWER_MS
        answer(isBroken ? broken : value, durationMs(world, where, low, high))
      }
      world.after(durationMs(world, where, ...REQUEST_MS), where, () => void deliver())
    })
  }
  return {
    name: provider.name,
    capabilities: provider.capabilities,
    authorize: (request, signal) => ask('authorize', () => provider.authorize(request, never), signal, BROKEN),
    capture: (request, signal) => ask('capture', () => provider.capture(request, never), signal, BROKEN),
    void: (request, signal) => ask('void', () => provider.void(request, never), signal, BROKEN),
    refund: (request, signal) => ask('refund', () => provider.refund(request, never), signal, BROKEN),
    find: (key, signal) => ask('find', () => provider.find(key, never), signal, { kind: 'unknown' }),
    ping: () => provider.ping(),
    [Symbol.asyncDispose]: async () => {},
  }
}
