/** How the fake provider treats an authorisation, chosen by its token. */
export interface Behaviour {
  /** `never`: the request is lost on its way. */
  readonly carriesOut: 'always' | 'never'
  readonly declines: string | undefined
  /** `lost`: the answer to the first request of a key never arrives; `error`: an error arrives instead. */
  readonly answer: 'sent' | 'lost' | 'error'
  readonly slow: boolean
}

const PLAIN: Behaviour = { carriesOut: 'always', declines: undefined, answer: 'sent', slow: false }

/** Tokens that the fake provider knows; any other is `invalid_token`. */
export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  tok_ok: PLAIN,
  tok_declined: { ...PLAIN, declines: 'card_declined' },
  tok_insufficient_funds: { ...PLAIN, declines: 'insufficient_funds' },
  tok_timeout_before: { ...PLAIN, carriesOut: 'never', answer: 'lost' },
  tok_timeout_after: { ...PLAIN, answer: 'lost' },
  tok_error_after: { ...PLAIN, answer: 'error' },
  tok_slow: { ...PLAIN, slow: true },
}

/** Declines that another try with the same means of payment may turn round. */
const RETRYABLE_CODES: ReadonlySet<string> = new Set(['insufficient_funds'])

/** Tells whether trying again later can help. */
export function isRetryable(code: string): boolean {
  return RETRYABLE_CODES.has(code)
}
