import { BanyanError, type Clock, systemClock } from 'banyan/kernel'

/**
 * The machine's clock, or with `BANYAN_CLOCK_OFFSET_MS` one whose wall time is that much ahead, or behind when it is negative: a clock that was
 * set. For tests; ignored in production. Throws `failed_precondition` for anything but a whole number.
 */
export function environmentClock(environment: Readonly<Record<string, string | undefined>>): Clock {
  const clock = systemClock()
  const text = environment['BANYAN_CLOCK_OFFSET_MS']
  if (environment['NODE_ENV'] === 'production' || text === undefined || text === '') return clock
  const offsetMs = Number(text)
  if (Number.isSafeInteger(offsetMs)) return { ...clock, now: () => clock.now() + offsetMs }
  throw new BanyanError('failed_precondition', `BANYAN_CLOCK_OFFSET_MS is "${text}"; it must be a whole number of milliseconds`)
}
