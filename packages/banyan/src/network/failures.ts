import { BanyanError } from '../kernel/error.ts'

// Owns: the words of a network for what becomes of a request. All adapters use the same.

/** The other process was not reached: nothing was sent (N4). */
export function unreachable(address: string, cause?: unknown): BanyanError {
  return new BanyanError('unavailable', `nobody listens at ${address}; nothing was sent`, { retry: 'safe', cause })
}

/** The connection ended before the answer (N4). */
export function broken(address: string, cause?: unknown): BanyanError {
  return new BanyanError('outcome_unknown', `the connection to ${address} broke before its answer; it may have happened`, { cause })
}

/** The time of a request is up (N3). `isSent` false: it never left. */
export function tooLate(address: string, isSent: boolean): BanyanError {
  return isSent
    ? new BanyanError('deadline_exceeded', `${address} did not answer in time; it may still happen`)
    : new BanyanError('deadline_exceeded', `no time left to ask ${address}; nothing was sent`, { retry: 'safe' })
}

/** The sender does not want the answer any more (N3). `isSent` false: it never left. */
export function cancelled(address: string, isSent: boolean): BanyanError {
  return isSent
    ? new BanyanError('cancelled', `the request to ${address} was cancelled; it may still happen`)
    : new BanyanError('cancelled', `the request to ${address} was cancelled before it was sent`, { retry: 'safe' })
}

/** A body broke off (N2). */
export function brokenOff(cause?: unknown): BanyanError {
  return new BanyanError('outcome_unknown', 'the connection broke in the middle of a body; what came of it is not all', { cause })
}
