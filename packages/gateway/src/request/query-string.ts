import { BanyanError } from 'banyan/kernel'

/** Parameters of one query string at most. */
const PARAMETERS_MAX = 100

/** Calls `visit` for each parameter, decoded, in order. Throws `invalid_argument` when one cannot be decoded or there are too many. */
export function eachParameter(search: string, visit: (name: string, value: string) => void): void {
  let count = 0
  for (let start = 0; start < search.length;) {
    const ampersand = search.indexOf('&', start)
    const end = ampersand < 0 ? search.length : ampersand
    if (end > start) {
      if (++count > PARAMETERS_MAX)
        throw new BanyanError('invalid_argument', `the query string has more than ${PARAMETERS_MAX} parameters; send fewer`)
      const equals = search.indexOf('=', start)
      const split = equals < 0 || equals > end ? end : equals
      visit(decode(search.slice(start, split)), split === end ? '' : decode(search.slice(split + 1, end)))
    }
    start = end + 1
  }
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    throw new BanyanError('invalid_argument', 'the query string is not valid percent-encoded UTF-8; encode each name and value')
  }
}
