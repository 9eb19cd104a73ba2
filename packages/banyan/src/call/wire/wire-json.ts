import { BanyanError } from '../../kernel/error.ts'

const UTF8 = new TextDecoder('utf-8', { fatal: true })
const ENCODER = new TextEncoder()

/** Writes a value as JSON in UTF-8; nothing at all for `undefined`, which is no JSON. */
export function jsonBytes(value: unknown): Uint8Array {
  return value === undefined ? new Uint8Array() : ENCODER.encode(JSON.stringify(value))
}

/** Reads what {@link jsonBytes} wrote. Throws `malformed_json`. */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) return undefined
  try {
    return JSON.parse(UTF8.decode(bytes)) as unknown
  } catch (cause) {
    throw new BanyanError('malformed_json', 'the body of a call must be JSON in UTF-8', { cause })
  }
}
