/** Stands where a secret was. */
export const REDACTED = '[redacted]'

/** How much of a value is written: a log line must stay readable and bounded whatever is put into it. */
const DEPTH_MAX = 5
const ITEMS_MAX = 50
const TEXT_LENGTH_MAX = 2_048
const STACK_LENGTH_MAX = 4_096

/** Names of fields that hold secrets or personal data, in any spelling: `accessToken`, `card_number`, `x-api-key`, `shippingAddress`. */
const SECRET_NAME =
  /pass(?:word|phrase|wd)|secret|token|authorization|cookie|credential|api-?_?key|private-?_?key|(?:^|[^a-z])card|card-?_?number|cvc|cvv|iban|e-?mail|phone|(?:shipping|billing|postal)-?_?address|recipient/i
/** Secrets inside of texts: JWTs and what follows an authorization scheme. */
const SECRET_TEXT = /eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|\b(?:Bearer|Basic) [\w.~+/=-]{8,}/g

const knownNames = new Map<string, boolean>()
/** Field names are few; the bound only guards against names made from input. */
const KNOWN_NAMES_MAX = 1_000

/** Returns a copy for the log: secrets replaced, errors spelled out, long texts, deep objects and long lists cut. */
export function redact(value: unknown): unknown {
  return copy(value, 0)
}

/** Tells whether a field of this name is never written. */
function isSecretName(name: string): boolean {
  const known = knownNames.get(name)
  if (known !== undefined) return known
  const secret = SECRET_NAME.test(name)
  if (knownNames.size < KNOWN_NAMES_MAX) knownNames.set(name, secret)
  return secret
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return text(value, TEXT_LENGTH_MAX)
  if (typeof value === 'object') return value === null ? null : copyObject(value, depth)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'function') return '[function]'
  return typeof value === 'bigint' || typeof value === 'symbol' ? String(value) : value
}

function copyObject(value: object, depth: number): unknown {
  if (depth >= DEPTH_MAX) return '[too deep]'
  if (value instanceof Error) return copyError(value, depth)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) {
    const items = value.slice(0, ITEMS_MAX).map((item) => copy(item, depth + 1))
    return value.length > ITEMS_MAX ? [...items, `[${value.length - ITEMS_MAX} more]`] : items
  }
  const result: Record<string, unknown> = {}
  const names = Object.keys(value)
  for (const name of names.slice(0, ITEMS_MAX))
    result[name] = isSecretName(name) ? REDACTED : copy((value as Record<string, unknown>)[name], depth + 1)
  if (names.length > ITEMS_MAX) result['…'] = `[${names.length - ITEMS_MAX} more]`
  return result
}

/** The data of an error may be anything the caller sent; only what tells the cause is written. */
function copyError(error: Error, depth: number): unknown {
  const { code } = error as { code?: unknown }
  return {
    name: error.name,
    ...(code === undefined ? {} : { code: copy(code, depth + 1) }),
    message: text(error.message, TEXT_LENGTH_MAX),
    ...(error.stack === undefined ? {} : { stack: text(error.stack, STACK_LENGTH_MAX) }),
    ...(error.cause === undefined ? {} : { cause: copy(error.cause, depth + 1) }),
  }
}

function text(value: string, lengthMax: number): string {
  const cut = value.length > lengthMax ? `${value.slice(0, lengthMax)}… [${value.length - lengthMax} more]` : value
  return cut.includes('eyJ') || cut.includes('Bearer ') || cut.includes('Basic ') ? cut.replace(SECRET_TEXT, REDACTED) : cut
}
