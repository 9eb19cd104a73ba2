import { isIP } from 'node:net'

/** Tells whether a host name or address, as one listens on it or connects to it, means this machine and no other. */
export function isLoopbackHost(host: string): boolean {
  const plain = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (plain === 'localhost' || plain === '::1') return true
  const four = plain.startsWith('::ffff:') ? plain.slice('::ffff:'.length) : plain
  return isIP(four) === 4 && four.startsWith('127.')
}
