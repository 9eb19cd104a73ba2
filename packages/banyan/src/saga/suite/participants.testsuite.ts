import type { Clock } from '../../kernel/clock.ts'
import { BanyanError } from '../../kernel/error.ts'

/**
 * What a participant does with one request.
 * `ok`; `lost`: does it, the answer never comes; `late:N`: does it after N ms; `unsent`: does not do it, no answer; an error: refuses with it.
 */
export type Behaviour = 'ok' | 'lost' | 'unsent' | `late:${number}` | BanyanError

/** What happened for one key. */
interface Effect {
  done: number
  undone: number
}

/**
 * Systems outside, as a saga's steps see them: each runs a key once, accepts an undo without a do, and then refuses the late do
 * (a tombstone). They outlive every crash.
 */
export class Participants {
  /** All requests in the order of their arrival, e.g. `do s1:reserve`. */
  readonly requests: string[] = []
  readonly #effects = new Map<string, Effect>()
  readonly #scripts = new Map<string, Behaviour[]>()
  readonly #gates = new Map<string, Promise<void>>()

  /** Says how the next requests to an operation go; afterwards it is `ok`. `undo reserve` names the undoing of `reserve`. */
  script(operation: string, ...behaviours: Behaviour[]): void {
    this.#scripts.set(operation, behaviours)
  }

  /** Holds requests to an operation until the returned function is called. */
  hold(operation: string): () => void {
    let open!: () => void
    this.#gates.set(
      operation,
      new Promise<void>((resolve) => {
        open = () => {
          this.#gates.delete(operation)
          resolve()
        }
      }),
    )
    return open
  }

  perform(operation: string, key: string, input: unknown, clock: Clock): Promise<unknown> {
    this.requests.push(`do ${key}`)
    return this.#answer(operation, clock, () => {
      const effect = this.#effect(key)
      if (effect.undone > 0) throw new BanyanError('failed_precondition', `${key} was undone before it was done`)
      if (effect.done === 0) effect.done = 1
      return { operation, key, input }
    })
  }

  undo(operation: string, key: string, clock: Clock): Promise<unknown> {
    this.requests.push(`undo ${key}`)
    return this.#answer(`undo ${operation}`, clock, () => {
      this.#effect(key).undone = 1
      return {}
    })
  }

  /** Keys whose effect stands: done and not undone. */
  standing(): string[] {
    return [...this.#effects].filter(([, { done, undone }]) => done > undone).map(([key]) => key)
  }

  #effect(key: string): Effect {
    let effect = this.#effects.get(key)
    if (!effect) this.#effects.set(key, (effect = { done: 0, undone: 0 }))
    return effect
  }

  async #answer<T>(operation: string, clock: Clock, act: () => T): Promise<T> {
    const behaviour = this.#scripts.get(operation)?.shift() ?? 'ok'
    await this.#gates.get(operation)
    if (behaviour instanceof BanyanError) throw behaviour
    if (behaviour === 'unsent') return new Promise<T>(() => {})
    if (behaviour.startsWith('late:')) await new Promise<void>((resolve) => clock.setTimer(Number(behaviour.slice(5)), resolve))
    const answer = act()
    return behaviour === 'lost' ? new Promise<T>(() => {}) : answer
  }
}
