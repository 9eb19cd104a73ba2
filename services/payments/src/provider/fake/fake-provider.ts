import { sleep } from 'banyan/kernel'
import type { AuthorizeRequest, FinalOutcome, FollowUpRequest, Lookup, Outcome, PaymentProvider } from '../provider.ts'
import { type Behaviour, BEHAVIOURS, isRetryable } from './behaviour.ts'
import { type Book, type BookedRequest, type BookIdentity, type BookPorts, openBook } from './book.ts'

/** How long an authorisation of the fake provider holds, like a card's. */
const AUTHORIZATION_TTL_MS = 7 * 24 * 3_600_000
/** The fake provider books at once or, when slow, is asked and says so; so a short horizon is true. */
const LOOKUP_HORIZON_MS = 250

/** How to open the fake provider. */
export interface FakeProviderOptions {
  /** File of its book. */
  readonly file: string
  readonly runtime: BookPorts
  /** How long `tok_slow` takes, in milliseconds. */
  readonly slowMs: number
}

/** The fake provider says which book it has, so that another shop's is noticed. */
export interface FakeProvider extends PaymentProvider {
  readonly book: BookIdentity
}

const PLAIN = BEHAVIOURS['tok_ok'] as Behaviour

/**
 * A payment provider with a book of its own, for development, tests and audits. Keys behave as Stripe's do: a repetition gets the
 * stored reply, another request with the same key is rejected, a repetition while the first runs is `in_progress`.
 */
export function createFakeProvider({ file, runtime, slowMs }: FakeProviderOptions): FakeProvider {
  const { clock } = runtime
  const book = openBook(file, runtime)
  const running = new Set<string>()

  /** What happens at the provider: goes on whether or not anybody waits (R4). */
  async function serve(request: BookedRequest, behaviour: Behaviour): Promise<Outcome> {
    const { key } = request
    if (running.has(key)) return { kind: 'unknown', cause: 'in_progress' }
    running.add(key)
    try {
      if (behaviour.slow && book.find(key).kind === 'absent') await sleep(clock, slowMs)
      const { outcome, isNew } = await book.carryOut(request)
      if (!isNew || behaviour.answer === 'sent') return outcome
      return { kind: 'unknown', cause: behaviour.answer === 'error' ? 'error' : 'timeout' }
    } catch {
      return { kind: 'unknown', cause: 'error' } // its disk is full: it answers with an error, as any other would (R2)
    } finally {
      running.delete(key)
    }
  }
  function followUp(operation: 'capture' | 'void' | 'refund') {
    return ({ key, ref, amount }: FollowUpRequest, signal: AbortSignal): Promise<Outcome> =>
      answered(
        serve(
          {
            key,
            fingerprint: `${operation} ${ref} ${amount.amountMinor} ${amount.currency}`,
            operation,
            orderId: '',
            ref,
            amount,
            decline: undefined,
          },
          PLAIN,
        ),
        signal,
      )
  }
  return {
    name: 'fake',
    book,
    capabilities: { authorizationTtlMs: AUTHORIZATION_TTL_MS, lookupHorizonMs: LOOKUP_HORIZON_MS },
    async authorize(request, signal) {
      const behaviour = BEHAVIOURS[request.methodToken]
      if (behaviour?.carriesOut === 'never') return lost(signal)
      const outcome = await answered(serve(toBooked(request, behaviour), behaviour ?? PLAIN), signal)
      return outcome.kind === 'unknown' && outcome.cause === 'timeout' ? lost(signal) : outcome
    },
    capture: followUp('capture'),
    void: followUp('void'),
    refund: followUp('refund'),
    find: async (key) => (running.has(key) ? { kind: 'in_progress' } : lookUp(book, key)),
    async ping() {
      book.find('ping')
    },
    async [Symbol.asyncDispose]() {
      book.close()
    },
  }
}

/** What the book says; unknown when it cannot be read (R2). */
function lookUp(book: Book, key: string): Lookup {
  try {
    return book.find(key)
  } catch {
    return { kind: 'unknown' }
  }
}

function toBooked({ key, amount, methodToken, orderId }: AuthorizeRequest, behaviour: Behaviour | undefined): BookedRequest {
  return {
    key,
    fingerprint: `authorize ${orderId} ${methodToken} ${amount.amountMinor} ${amount.currency}`,
    operation: 'authorize',
    orderId,
    ref: undefined,
    amount,
    decline: declineOf(behaviour),
  }
}

function declineOf(behaviour: Behaviour | undefined): FinalOutcome | undefined {
  if (!behaviour) return { kind: 'rejected', code: 'invalid_token' }
  return behaviour.declines === undefined
    ? undefined
    : { kind: 'declined', code: behaviour.declines, retryable: isRetryable(behaviour.declines) }
}

/** Waits for an answer no longer than the caller does. */
function answered(work: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve({ kind: 'unknown', cause: 'timeout' })
    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}

/** An answer that never comes. */
function lost(signal: AbortSignal): Promise<Outcome> {
  return answered(new Promise(() => {}), signal)
}
