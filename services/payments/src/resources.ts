import { join } from 'node:path'
import type { ResourceOptions } from 'banyan'
import { type Clock, millisecondSetting } from 'banyan/kernel'
import type { BookIdentity } from './provider/fake/book.ts'
import { createFakeProvider } from './provider/fake/fake-provider.ts'
import type { PaymentProvider } from './provider/provider.ts'

export type { PaymentProvider }

/** File of the fake provider's book in the service's directory. */
export const FAKE_PROVIDER_FILE = 'fake-provider.db'

/**
 * Returns where the fake provider's book is: in the service's directory, or where `BANYAN_FAKE_PROVIDER_BOOK` says. Instances that share one
 * database of payments must name one book: the world outside has one, too.
 */
export function fakeProviderBook({ directory, environment }: Pick<ResourceOptions, 'directory' | 'environment'>): string {
  return environment['BANYAN_FAKE_PROVIDER_BOOK'] || join(directory, FAKE_PROVIDER_FILE)
}

/** How long an answer of the provider is waited for. Twice that, plus a look-up, must fit into an operation's time. */
const PROVIDER_TIMEOUT_MS = 2_000
const PROVIDER_TIMEOUT_MS_MAX = 3_000
/** How long `tok_slow` takes: slow, yet within the provider's timeout. */
const SLOW_MS = 800

/** What handlers of payments find as `resources`. */
export interface PaymentResources {
  readonly provider: PaymentProvider
  /** The fake provider's book, which must be the one that the payments were made with. */
  readonly book: BookIdentity
  readonly providerTimeoutMs: number
  readonly clock: Clock
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens the provider. `BANYAN_PAYMENT_TIMEOUT_MS` says how long one answer is waited for,
 * `BANYAN_FAKE_PROVIDER_SLOW_MS` how long the fake provider's `tok_slow` takes.
 */
export async function openPaymentResources({ runtime, directory, environment }: ResourceOptions): Promise<PaymentResources> {
  const provider = createFakeProvider({
    file: fakeProviderBook({ directory, environment }),
    runtime,
    slowMs: millisecondSetting(environment, 'BANYAN_FAKE_PROVIDER_SLOW_MS', { byDefault: SLOW_MS, min: 1, max: 60_000 }),
  })
  return {
    provider,
    book: provider.book,
    providerTimeoutMs: millisecondSetting(environment, 'BANYAN_PAYMENT_TIMEOUT_MS', {
      byDefault: PROVIDER_TIMEOUT_MS,
      min: 1,
      max: PROVIDER_TIMEOUT_MS_MAX,
    }),
    clock: runtime.clock,
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
  }
}
