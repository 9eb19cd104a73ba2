import fc from 'fast-check'

/** Values kept for one name at most. */
const VALUES_MAX = 40
/** The first ones stay: they name what the shop was set up with, which is in order. Later ones make room for the latest. */
const FIRST_KEPT = 15

/** Stands for a real value, chosen when the request is sent: by then there are more. */
export class Known {
  readonly name: string
  readonly tag: string
  readonly pick: number
  /** Stands in where no real value is known. */
  readonly otherwise: string

  constructor({ name, tag, pick, otherwise }: Pick<Known, 'name' | 'tag' | 'pick' | 'otherwise'>) {
    this.name = name
    this.tag = tag
    this.pick = pick
    this.otherwise = otherwise
  }
  [fc.toStringMethod](): string {
    return `<${this.name}>`
  }
}

/** Real values by the name of the field they fill: ids of what exists, skus that are sold, cursors, tokens. */
export class KnownValues {
  readonly #values = new Map<string, string[]>()

  /** Keeps a value for fields of this name. */
  add(name: string, value: string): void {
    const values = this.#values.get(name) ?? []
    if (values.includes(value)) return
    values.push(value)
    if (values.length > VALUES_MAX) values.splice(FIRST_KEPT, 1)
    this.#values.set(name, values)
  }

  /** Keeps a value in front of all others, which it outlives. */
  addFirst(name: string, value: string): void {
    const others = (this.#values.get(name) ?? []).filter((other) => other !== value)
    this.#values.set(name, [value, ...others].slice(0, VALUES_MAX))
  }

  /** Keeps what an answer of an operation with this tag tells: `id` of a user's answer is a `users.id` and a `userId`. */
  learn(tag: string, answer: unknown): void {
    if (Array.isArray(answer)) for (const item of answer.slice(0, VALUES_MAX)) this.learn(tag, item)
    else if (typeof answer === 'object' && answer !== null)
      for (const [name, value] of Object.entries(answer)) {
        if (typeof value === 'object') this.learn(name === 'user' ? 'users' : tag, value)
        else if (typeof value === 'string' && value !== '') this.#learnText(tag, name, value)
      }
  }

  #learnText(tag: string, name: string, value: string): void {
    if (name === 'id') {
      this.add(`${tag}.id`, value)
      this.add(`${tag.replace(/s$/, '')}Id`, value)
    } else if (name === 'nextCursor') this.add('cursor', value)
    else this.add(name, value)
  }

  /** Puts real values in the place of all that stand for one. */
  resolve(value: unknown): unknown {
    if (value instanceof Known) return this.#pick(value)
    if (Array.isArray(value)) return value.map((item) => this.resolve(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.resolve(item)]))
  }

  #pick({ name, tag, pick, otherwise }: Known): string {
    const values = this.#values.get(name === 'id' || name === 'idOrSlug' ? `${tag}.id` : name) ?? []
    return values[pick % Math.max(1, values.length)] ?? otherwise
  }
}
