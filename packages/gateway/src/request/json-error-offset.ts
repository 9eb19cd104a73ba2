const SPACE = /[\t\n\r ]*/y
const TOKEN = /[{}[\],:]|"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
/** Written without a choice inside a repetition, so that a long text needs no backtracking. */
// oxlint-disable-next-line no-control-regex -- JSON forbids exactly these in a text
const TEXT = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y

type Expecting = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end'

/**
 * Returns where a text stops being JSON, in UTF-16 units. Runs only after JSON.parse refused the text, because the
 * messages of JSON.parse name a position for some mistakes only, and quote the text for others.
 */
export function jsonErrorOffset(text: string): number {
  const open: string[] = []
  let expecting: Expecting = 'value'
  for (let at = skip(SPACE, text, 0); ;) {
    if (expecting === ', or end' && open.length === 0) return at
    const end = tokenEnd(text, at)
    if (end === undefined) return at
    const next = after(expecting, text.charAt(at), open)
    if (next === undefined) return at
    expecting = next
    at = skip(SPACE, text, end)
  }
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

function tokenEnd(text: string, at: number): number | undefined {
  const pattern = text.charAt(at) === '"' ? TEXT : TOKEN
  const end = skip(pattern, text, at)
  return end === at ? undefined : end
}

/** Returns what may follow a token that begins with `first`; undefined when the token does not belong here. */
function after(expecting: Expecting, first: string, open: string[]): Expecting | undefined {
  const closes = open.at(-1) === '{' ? '}' : ']'
  const mayClose = expecting === ', or end' || expecting === 'value or ]' || expecting === 'name or }'
  if (first === '}' || first === ']') {
    if (!mayClose || first !== closes) return undefined
    open.pop()
    return ', or end'
  }
  if (expecting === ':') return first === ':' ? 'value' : undefined
  if (expecting === ', or end') return first === ',' ? (open.at(-1) === '{' ? 'name' : 'value') : undefined
  if (first === ',' || first === ':') return undefined
  if (expecting === 'name' || expecting === 'name or }') return first === '"' ? ':' : undefined
  if (first !== '{' && first !== '[') return ', or end'
  open.push(first)
  return first === '{' ? 'name or }' : 'value or ]'
}
