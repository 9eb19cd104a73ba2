import type { Clock } from '../../kernel/clock.ts'
import { type Deadline, within } from '../../kernel/deadline.ts'
import { BanyanError } from '../../kernel/error.ts'

/** What a service works on for others, as far as its end has to wait for it. */
export interface OpenCalls {
  /** Begins one; throws `unavailable` once the service drains: nothing has happened, and another instance, or the next start, takes it. */
  begin(): void
  /** Ends one that was begun. */
  end(): void
  /** Refuses what comes from now on. Resolves when nothing is open any more; rejects with `deadline_exceeded` when that takes too long. */
  drain(deadline: Deadline): Promise<void>
}

/** How soon it is worth trying again: a process that stops is replaced within seconds. */
const RETRY_AFTER_MS = 1_000

/** Counts what is open in one service. */
export function createOpenCalls(service: string, clock: Clock): OpenCalls {
  let count = 0
  let emptied: (() => void) | undefined
  let draining: Promise<void> | undefined
  return {
    begin() {
      if (draining) throw isStopping(service)
      count++
    },
    end() {
      if (--count === 0) emptied?.()
    },
    drain(deadline) {
      draining ??= count === 0 ? Promise.resolve() : new Promise((resolve) => (emptied = resolve))
      return within(clock, deadline, `${count} calls of service ${service}`, draining)
    },
  }
}

/** The refusal of a service that stops. */
export function isStopping(service: string): BanyanError {
  return new BanyanError('unavailable', `service ${service} is stopping; nothing was done, try again`, {
    retry: 'safe',
    retryAfterMs: RETRY_AFTER_MS,
  })
}
