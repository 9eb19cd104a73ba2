import { BanyanError, type Clock, deadlineAfter, type Logger, within } from 'banyan/kernel'

/** All access tokens of a subject that were issued until a moment are no longer good. */
export interface Revocation {
  readonly subject: string
  /** Tokens issued at this moment or before are refused. Epoch milliseconds. */
  readonly validAfter: number
}

/** Where the revocations come from. */
export interface RevocationSource {
  /** Longest life of a token in milliseconds: what was revoked longer ago has expired by itself. */
  readonly tokenMsMax: number
  /** Asks the issuer for all that was revoked after `since` (epoch milliseconds). */
  readonly load: (since: number) => Promise<readonly Revocation[]>
  /** Calls `changed` whenever there may be new ones. Only a hint; it may come too often and be missed. Returns how to stop. */
  readonly listen: (changed: () => void) => () => void
}

/** Knows which tokens were ended before their time. */
export interface Revocations {
  /** True when all that the issuer has said by now is known, so that {@link refuses} may be asked without {@link renew}. */
  current(): boolean
  /** Makes it current. Throws `unavailable` when the issuer does not answer: a token that cannot be checked is not accepted. */
  renew(): Promise<void>
  /** Tells whether a token of a subject, issued at `issuedAt` (epoch milliseconds), was ended. */
  refuses(subject: string, issuedAt: number): boolean
  /** Stops listening. */
  stop(): void
}

/** The issuer is asked again after this time even without a hint: hints of other processes can be lost. */
const LOOK_MS = 1_000
/** How long the last answer serves while the issuer does not answer, unless it is known to have something new. */
const STALE_MS_MAX = 30_000
/** Least time between two questions while the issuer does not answer. */
const RETRY_MS = 500
/** Time one question may take. */
const LOAD_MS_MAX = 5_000
/** Each question reaches back this far before the last one: a revocation is dated before its commit, by a clock that may differ from ours. */
const OVERLAP_MS = 120_000
/** Subjects remembered at most, some ten megabytes. Beyond, all tokens from before the oldest one forgotten are refused. */
const SUBJECTS_MAX = 100_000

/** Creates the table; it asks the issuer at the first use, which is how it is rebuilt after a start. */
export function createRevocations(source: RevocationSource, clock: Clock, log: Logger): Revocations {
  const table = createTable(source.tokenMsMax + OVERLAP_MS)
  let hints = 0
  /** Hints that came before the last good question. */
  let seen = -1
  let askedAt = -Infinity
  let goodAt = -Infinity
  let goodWallTime: number | undefined
  let failure: unknown
  let asking: Promise<void> | undefined

  async function load(): Promise<void> {
    const started = { hints, at: clock.monotonic(), wallTime: clock.now() }
    askedAt = started.at
    try {
      const since = (goodWallTime ?? started.wallTime - source.tokenMsMax) - OVERLAP_MS
      table.add(await within(clock, deadlineAfter(clock, LOAD_MS_MAX), 'the issuer of tokens', source.load(since)), started.wallTime)
      seen = started.hints
      goodAt = started.at
      goodWallTime = started.wallTime
      failure = undefined
    } catch (error) {
      if (failure === undefined) log.warn('revoked tokens cannot be asked for; the last answer serves for a while', { error })
      failure = error
    }
  }
  function ask(): Promise<void> {
    if (asking) return asking
    if (failure !== undefined && clock.monotonic() - askedAt < RETRY_MS) return Promise.resolve()
    asking = load().finally(() => {
      asking = undefined
    })
    return asking
  }
  const stop = source.listen(() => {
    hints++
  })
  return {
    current: () => seen === hints && clock.monotonic() - goodAt < LOOK_MS,
    async renew() {
      const needed = hints
      const startedAt = clock.monotonic()
      while (seen < needed || goodAt <= startedAt - LOOK_MS) {
        await ask()
        if (failure === undefined) continue
        if (seen >= needed && clock.monotonic() - goodAt < STALE_MS_MAX) return
        throw new BanyanError('unavailable', 'tokens cannot be checked at the moment; try again', { retryAfterMs: 1_000, cause: failure })
      }
    },
    refuses: table.refuses,
    stop,
  }
}

/** When each subject's tokens ended, in the order in which it was heard of them. */
function createTable(keptMs: number) {
  const ends = new Map<string, number>()
  /** Tokens issued until then are refused whoever they belong to. */
  let floor = -Infinity

  function dropFirst(): number {
    const [subject, validAfter] = ends.entries().next().value as [string, number]
    ends.delete(subject)
    return validAfter
  }
  return {
    add(revocations: readonly Revocation[], now: number): void {
      for (const { subject, validAfter } of revocations) {
        const known = ends.get(subject)
        if (known !== undefined && known >= validAfter) continue
        ends.delete(subject)
        ends.set(subject, validAfter)
      }
      while (ends.size > SUBJECTS_MAX) floor = Math.max(floor, dropFirst())
      for (const validAfter of ends.values()) {
        if (validAfter > now - keptMs) break
        dropFirst()
      }
    },
    refuses: (subject: string, issuedAt: number): boolean => issuedAt <= floor || issuedAt <= (ends.get(subject) ?? -Infinity),
  }
}
