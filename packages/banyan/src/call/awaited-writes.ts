import { type BanyanError, reworded, toBanyanError } from '../kernel/error.ts'

/** A write that a read must see: a place in the log of the service that committed it. */
export interface AwaitedWrite {
  /** Name of the service whose log it is. */
  readonly service: string
  /** Names the last event of the write, as `CallReply.token` did. Opaque but to that log. */
  readonly token: string
}

/** Lets whoever waits go; called once. */
export type Leave = () => void

/** What a caller wants to see. It travels with the scope: whichever service is queried waits for what it reads, whoever wrote it. */
export interface AwaitedWrites {
  readonly writes: readonly AwaitedWrite[]
  /**
   * Asks for a place to wait where the request came in; throws `overloaded` when there is none. Undefined for a request that another process took in:
   * then the service that waits bounds it by itself.
   */
  readonly enter?: (() => Leave) | undefined
}

/** Stands as field of an error for what the request's `Banyan-After` says. */
const AFTER_FIELD = '/Banyan-After'

/** Returns what a log said of a token; that it names no write of it is told so that {@link isUnknownWrite} knows it again, wherever it arrives. */
export function asUnknownWrite(thrown: unknown): BanyanError {
  const error = toBanyanError(thrown)
  if (error.code !== 'invalid_argument') return error
  return reworded(error, error.message, { fields: [{ path: AFTER_FIELD, expected: 'the token of an earlier answer, unchanged' }] })
}

/** Tells whether an error says that whoever sent the request made a token up. */
export function isUnknownWrite({ code, declared, fields }: BanyanError): boolean {
  return code === 'invalid_argument' && !declared && fields?.[0]?.path === AFTER_FIELD
}
