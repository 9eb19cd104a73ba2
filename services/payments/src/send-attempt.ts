import { sleep } from 'banyan/kernel'
import { type Attempt, attemptKey } from './domain/attempt.ts'
import type { PaymentState } from './domain/payment.ts'
import type { FinalOutcome, Outcome, PaymentProvider } from './provider/provider.ts'
import type { PaymentResources } from './resources.ts'

// Owns: one attempt's talk with the provider. Rules: an unknown outcome is looked up by its key, then the same key is sent again;
// only an authorisation may be given up, and only when the provider does not know the key after its horizon. Nothing is guessed.

/** Requests of one key in one go. */
const SENDS_MAX = 2
/** Look-ups while the provider says that it is still at it. */
const LOOKUPS_MAX = 20
/** Pause between two look-ups. */
const LOOKUP_PAUSE_MS = 100

/** What the provider says of an attempt; undefined when nobody knows yet. */
export type Answer = FinalOutcome | undefined

/** Returns how long a sender may need at most, in milliseconds; nobody else may send the attempt for so long. */
export function leaseMs({ provider, providerTimeoutMs }: PaymentResources): number {
  return SENDS_MAX * providerTimeoutMs + LOOKUPS_MAX * LOOKUP_PAUSE_MS + provider.capabilities.lookupHorizonMs + 1_000
}

/** Sends an attempt that this instance leases and finds out what became of it. */
export async function sendAttempt(resources: PaymentResources, payment: PaymentState, attempt: Attempt): Promise<Answer> {
  for (let count = 1; count <= SENDS_MAX; count++) {
    const outcome = await withTimeout(resources, (signal) => request(resources.provider, payment, attempt, signal))
    if (outcome.kind !== 'unknown') return outcome
    const found = await lookUp(resources, attempt)
    if (found !== 'absent') return found
  }
  if (attempt.op !== 'authorize') return undefined
  await sleep(resources.clock, resources.provider.capabilities.lookupHorizonMs)
  const found = await lookUp(resources, attempt)
  return found === 'absent' ? { kind: 'declined', code: 'provider_timeout', retryable: true } : found
}

/** Asks the provider what became of an attempt: its outcome, `absent` when it does not know the key, undefined when it cannot say. */
export async function lookUp(resources: PaymentResources, attempt: Attempt): Promise<FinalOutcome | 'absent' | undefined> {
  const { provider, clock } = resources
  for (let count = 0; count < LOOKUPS_MAX; count++) {
    const found = await withTimeout(resources, (signal) => provider.find(attemptKey(attempt), signal))
    if (found.kind === 'found') return found.outcome
    if (found.kind !== 'in_progress') return found.kind === 'absent' ? 'absent' : undefined
    await sleep(clock, LOOKUP_PAUSE_MS)
  }
  return undefined
}

function request(provider: PaymentProvider, payment: PaymentState, attempt: Attempt, signal: AbortSignal): Promise<Outcome> {
  const key = attemptKey(attempt)
  const amount = { amountMinor: attempt.amountMinor, currency: payment.currency }
  if (attempt.op === 'authorize') return provider.authorize({ key, amount, methodToken: payment.token, orderId: payment.orderId }, signal)
  return provider[attempt.op]({ key, ref: payment.providerRef ?? '', amount }, signal)
}

async function withTimeout<T>({ clock, providerTimeoutMs }: PaymentResources, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const cancel = clock.setTimer(providerTimeoutMs, () => controller.abort())
  try {
    return await work(controller.signal)
  } finally {
    cancel()
  }
}
