import { BanyanError } from '../kernel/error.ts'

/** A header: name and value. Names count without regard to case. */
export type Header = readonly [name: string, value: string]

/** Most bytes of all headers of a request or an answer: what common servers and proxies let pass at least. */
export const HEADER_BYTES_MAX = 8_192
/** `: ` and the end of the line. */
const BYTES_AROUND = 4

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Visible ASCII, with spaces inside: what every proxy hands on unchanged. */
const VALUE = /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/
const PATH = /^\/[\x21-\x7e]*$/

/** Names that belong to the connection and the frame of a message. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'date',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Tells whether a header belongs to the frame of a message: networks write and read these themselves. */
export function isFraming(name: string): boolean {
  return FRAMING.has(name.toLowerCase())
}

/** Headers as they arrived. */
export class ReceivedHeaders implements Iterable<Header> {
  readonly #list: readonly Header[]

  constructor(list: readonly Header[]) {
    this.#list = list.map(([name, value]) => [name.toLowerCase(), value])
  }
  /** Returns the first value of a name. */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase()
    return this.#list.find((header) => header[0] === wanted)?.[1]
  }
  /** Returns all values of a name, in their order. */
  all(name: string): readonly string[] {
    const wanted = name.toLowerCase()
    return this.#list.filter((header) => header[0] === wanted).map(([, value]) => value)
  }
  [Symbol.iterator](): Iterator<Header> {
    return this.#list[Symbol.iterator]()
  }
}

/** Throws what no network could carry: `misuse` for names and values that are none, `headers_too_large` beyond {@link HEADER_BYTES_MAX}. */
export function checkHeaders(headers: readonly Header[]): void {
  let bytes = 0
  for (const [name, value] of headers) {
    if (!NAME.test(name) || isFraming(name))
      throw new BanyanError(
        'misuse',
        `a message cannot have a header named ${JSON.stringify(name)}; the network writes those of the frame itself`,
      )
    if (!VALUE.test(value))
      throw new BanyanError('misuse', `the value of header ${name} must be visible ASCII without spaces at its ends; encode it`)
    bytes += name.length + value.length + BYTES_AROUND
  }
  if (bytes > HEADER_BYTES_MAX)
    throw new BanyanError('headers_too_large', `the headers have ${bytes} bytes; ${HEADER_BYTES_MAX} are the most, so send less in them`)
}

/** Throws `misuse` for a path that could not be told from another part of a message. */
export function checkPath(path: string): void {
  if (!PATH.test(path))
    throw new BanyanError('misuse', `a request's path must begin with "/" and be visible ASCII, not ${JSON.stringify(path)}`)
}
