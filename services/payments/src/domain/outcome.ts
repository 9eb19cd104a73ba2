import type { Money } from 'banyan/kernel'

/** What became of a request, once it is known. `rejected`: the request itself was wrong, which is our mistake. */
export type FinalOutcome =
  | { readonly kind: 'succeeded'; readonly ref: string; readonly amount: Money; readonly at: number }
  | { readonly kind: 'declined'; readonly code: string; readonly retryable: boolean }
  | { readonly kind: 'rejected'; readonly code: string }
