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

  /** Returns the statement for a text with `?` placeholders. */
  of(query: string): StatementText {
    const known = this.#known.get(query) ?? this.#learn(query)
    if (known.name === '' && ++known.uses >= USES_BEFORE_PREPARED && this.#prepared < PREPARED_MAX) {
      known.name = `s${++this.#prepared}`
    }
    return known
  }

  #learn(query: string): Known {
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

/** What may hold a `?` that is no placeholder: quoted text and names, comments, dollar quotes. */
const SKIPPED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|\?/g

/** Replaces `?` by `$1`, `$2` … outside of quotes and comments. */
export function numberPlaceholders(query: string): string {
  let number = 0
  return query.replace(SKIPPED, (match) => (match === '?' ? `$${++number}` : match))
}
