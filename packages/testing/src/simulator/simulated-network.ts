import type { CallReply, CallRequest, Transport } from 'banyan/call'
import { BanyanError } from 'banyan/kernel'
import { durationMs, pass, type Weather } from './weather.ts'

const TRIP_MS = [0.05, 5] as const
const TRIP_LATE_MS = [50, 4_000] as const
/** How soon a broken connection shows; otherwise the caller waits in vain until its deadline. */
const BROKEN_MS = [1, 200] as const
/** A repetition arrives at most this much later: something on the way sent it again. */
const REPEATED_MS = [0.1, 1_000] as const
/** A request that strays arrives this much later: after its caller has given it up, or undone it, or has died. */
const STRAY_MS = [1_000, 60_000] as const

/** What a network connects. */
export interface NetworkOptions {
  readonly weather: Weather
  /** Monotonic milliseconds of the caller, in which its deadlines are written. */
  readonly monotonic: () => number
  /** Who calls, for calls that do not come from a service. */
  readonly caller?: string
  /** What outlives the caller: a request that strays comes to whoever runs then. Default: the same weather and target. */
  readonly beyond?: { readonly weather: Weather; readonly target: Transport }
}

/**
 * Puts a network before a transport: calls and answers take time and overtake each other, get lost, or arrive again where that is allowed
 * (queries, and commands with a key). A request that strays is lost for its caller and arrives all the same, much later: a deadline travels as
 * what is left of it (C3), so it is not too late for the callee. The caller hears what a remote transport could tell: `unavailable` when the call certainly was not
 * carried out, else `outcome_unknown` or, after a silence, `deadline_exceeded`.
 */
export function simulatedNetwork(
  target: Transport,
  { weather, monotonic, caller, beyond = { weather, target } }: NetworkOptions,
): Transport {
  function mayRepeat({ definition, scope }: CallRequest): boolean {
    return definition.kind !== 'command' || (definition.idempotency !== 'none' && scope.key !== undefined)
  }
  async function lost(request: CallRequest, where: string): Promise<never> {
    if (weather.choose('silence', where) < 0.5) {
      await pass(weather, durationMs(weather, where, ...BROKEN_MS), where)
      throw new BanyanError('outcome_unknown', `the connection to ${request.service} broke before its answer; it may have happened`)
    }
    await pass(weather, Math.max(0, request.scope.deadline.at - monotonic()), where)
    throw new BanyanError('deadline_exceeded', `${request.service}.${request.operation} did not answer in time; it may still happen`)
  }
  return {
    async send(request): Promise<CallReply> {
      const where = `${caller ?? request.scope.principal.subject}>${request.service}.${request.operation}`
      const answer = `${where}.answer`
      const late = weather.strikes('request-late', where)
      const [low, high] = late ? TRIP_LATE_MS : TRIP_MS
      await pass(weather, durationMs(weather, where, low, high), where)
      if (weather.strikes('call-refused', where))
        throw new BanyanError('unavailable', `${request.service} cannot be reached; nothing was sent`)
      if (weather.strikes('request-lost', where)) return lost(request, where)
      if (weather.strikes('request-strayed', where)) {
        stray(request, where)
        return lost(request, where)
      }
      if (mayRepeat(request) && weather.strikes('request-repeated', where)) repeat(request, where)
      const isLost = weather.strikes('reply-lost', where)
      const outcome = await target.send(request).then(
        (reply) => ({ reply }),
        (error: unknown) => ({ error }),
      )
      if (isLost) return lost(request, answer)
      await pass(weather, durationMs(weather, answer, ...TRIP_MS), answer)
      if ('error' in outcome) throw outcome.error
      return outcome.reply
    },
  }

  /** Delivers a call when its caller has given it up; nobody hears the answer. */
  function stray(request: CallRequest, where: string): void {
    const leftMs = request.scope.deadline.at - monotonic()
    const delayMs = durationMs(weather, `${where}.stray`, ...STRAY_MS)
    beyond.weather.after(delayMs, `${where}.stray`, () => {
      const scope = { ...request.scope, deadline: { at: monotonic() + leftMs } }
      void beyond.target.send({ ...request, scope }).catch(() => {})
    })
  }

  /** Sends a call once more; nobody hears the answer. */
  function repeat(request: CallRequest, where: string): void {
    weather.after(durationMs(weather, `${where}.again`, ...REPEATED_MS), `${where}.again`, () => void target.send(request).catch(() => {}))
  }
}
