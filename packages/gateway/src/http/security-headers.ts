/** Headers of every answer that is data: nothing may run, frame, sniff or cache it. Pairs in one flat list. */
export const DATA_HEADERS: readonly string[] = [
  'x-content-type-options',
  'nosniff',
  'content-security-policy',
  "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy',
  'no-referrer',
  'cross-origin-resource-policy',
  'same-origin',
  'cache-control',
  'no-store',
]

/** Two years, as browsers' preload lists ask for; only sent when the gateway is reached over https. */
export const STRICT_TRANSPORT: readonly string[] = ['strict-transport-security', 'max-age=63072000; includeSubDomains']

/** Headers that only a trusted hop may set; they never reach a handler. */
export function isSpoofable(name: string): boolean {
  return name.startsWith('x-user-') || name.startsWith('x-forwarded-') || SPOOFABLE.has(name)
}

const SPOOFABLE = new Set(['forwarded', 'x-real-ip', 'x-timeout-ms', 'x-shadow', 'baggage', 'x-principal', 'x-roles'])

/** Gives a header of an answer another value. */
export function replaceHeader(headers: string[], name: string, value: string): void {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] !== name) continue
    headers[index + 1] = value
    return
  }
  headers.push(name, value)
}
