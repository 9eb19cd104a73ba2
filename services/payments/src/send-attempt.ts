import { sleep } from 'banyan/kernel'
import { type Attempt, attemptKey, PROVIDER_TIMEOUT } from './domain/attempt.ts'
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

/** What came of sending an attempt. */
export interface Sending {
  /** As it was last sent. */
  readonly attempt: Attempt
  /** Undefined when nobody knows yet. */
  readonly outcome: FinalOutcome | undefined
}

/** Notes durably that an attempt is about to be sent again. */
export type NoteSending = (attempt: Attempt) => Promise<Attempt>

/** Sends an attempt, whose sending is noted, and finds out what became of it. */
export async function sendAttempt(
  resources: PaymentResources,
  payment: PaymentState,
  attempt: Attempt,
  noteSending: NoteSending,
): Promise<Sending> {
  let sent = attempt
  for (let count = 1; ; count++) {
    const answer = await withTimeout(resources, (signal) => request(resources.provider, payment, attempt, signal))
    if (answer.kind !== 'unknown') return { attempt: sent, outcome: answer }
    const found = await lookUp(resources, attempt)
    if (found !== 'absent') return { attempt: sent, outcome: found }
    if (count === SENDS_MAX) break
    sent = await noteSending(sent)
  }
  return { attempt: sent, outcome: attempt.op === 'authorize' ? await giveUpAfterHorizon(resources, attempt) : undefined }
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

/** What the provider does not know by now never happened, see {@link PaymentProvider.capabilities}. */
async function giveUpAfterHorizon(resources: PaymentResources, attempt: Attempt): Promise<FinalOutcome | undefined> {
  await sleep(resources.clock, resources.provider.capabilities.lookupHorizonMs)
  const found = await lookUp(resources, attempt)
  return found === 'absent' ? { kind: 'declined', code: PROVIDER_TIMEOUT, retryable: true } : found
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
