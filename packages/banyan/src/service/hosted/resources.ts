import type { ResourceOptions, ServiceDefinition } from '../define/define.ts'

/** What a service opens at its start and closes at its end. */
export class ServiceResources {
  readonly #open: ServiceDefinition['resources']
  #value: unknown

  constructor(open: ServiceDefinition['resources']) {
    this.#open = open
  }

  /** What was opened; undefined before, and for a service that opens nothing. */
  get value(): unknown {
    return this.#value
  }

  async open(options: ResourceOptions): Promise<void> {
    this.#value = await this.#open?.(options)
  }

  /** Disposes of the whole if it can be disposed of, otherwise of each part that can. */
  async close(): Promise<void> {
    if (typeof this.#value !== 'object' || this.#value === null) return
    const owners = isDisposable(this.#value) ? [this.#value] : Object.values(this.#value)
    for (const owner of owners) {
      if (typeof owner !== 'object' || owner === null) continue
      if (Symbol.asyncDispose in owner) await (owner as AsyncDisposable)[Symbol.asyncDispose]()
      else if (Symbol.dispose in owner) (owner as Disposable)[Symbol.dispose]()
    }
  }
}

function isDisposable(value: object): boolean {
  return Symbol.asyncDispose in value || Symbol.dispose in value
}
