import { misuse } from 'banyan/kernel'

/** A statement in PostgreSQL's own placeholders, with the name it is prepared under once it is known to be hot. */
export interface StatementText {
  readonly text: string
  /** Name of the prepared statement on every connection; empty while it is parsed anew each time. */
  readonly name: string
}

/** A statement becomes prepared at its third use: migrations and one-off queries must not stay in the server's memory. */
const USES_BEFORE_PREPARED = 3
/** Most statements one connection keeps prepared (a service has some dozens); more means that texts are built at run time. */
const PREPARED_MAX = 300
/** Most texts remembered; the oldest goes first. */
const TEXTS_MAX = 2_000

interface Known {
  text: string
  name: string
  uses: number
}

/** Turns `?` placeholders into `$1`, `$2` …, once per text, and decides which statements are prepared. */
export class StatementTexts {
  readonly #known = new Map<string, Known>()
  #prepared = 0
  #names = 0

  /** Returns the statement for a text with `?` placeholders. Throws `misuse` for one that is not a body's to run. */
  of(query: string): StatementText {
    const known = this.#known.get(query) ?? this.#learn(query)
    if (known.name === '' && ++known.uses >= USES_BEFORE_PREPARED && this.#prepared < PREPARED_MAX) {
      this.#prepared++
      known.name = `s${++this.#names}`
    }
    return known
  }

  /** Gives a text another name, because what the server prepared under the old one no longer fits its tables. */
  renew(query: string): void {
    const known = this.#known.get(query)
    if (known !== undefined && known.name !== '') known.name = `s${++this.#names}`
  }

  #learn(query: string): Known {
    refuseControl(query)
    if (this.#known.size >= TEXTS_MAX) this.#forgetOldest()
    const known = { text: numberPlaceholders(query), name: '', uses: 0 }
    this.#known.set(query, known)
    return known
  }
  /** A prepared text stays: forgetting it would prepare it again under another name. */
  #forgetOldest(): void {
    for (const [query, known] of this.#known) {
      if (known.name !== '') continue
      this.#known.delete(query)
      return
    }
  }
}

/**
 * Statements that would end the transaction, outlive it on a connection that others use next, or, as NOTIFY, make every commit of the
 * server wait for every other.
 */
const CONTROL =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:begin|start|commit|end|rollback|abort|savepoint|release|prepare|deallocate|set|reset|discard|copy|listen|unlisten|notify)\b/i

function refuseControl(query: string): void {
  if (CONTROL.test(query))
    misuse(`a body runs queries on its own tables; the store itself begins and ends transactions, so leave out: ${query}`)
}

/** What may hold a `?` that is no placeholder: quoted text and names, comments, dollar quotes. */
const SKIPPED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|\?/g

/** Replaces `?` by `$1`, `$2` … outside of quotes and comments. */
export function numberPlaceholders(query: string): string {
  let number = 0
  return query.replace(SKIPPED, (match) => (match === '?' ? `$${++number}` : match))
}
