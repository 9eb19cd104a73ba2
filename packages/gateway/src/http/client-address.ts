import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, type Socket } from 'node:net'
import { misuse } from 'banyan/kernel'

/** Finds out who is at the other end. */
export interface ClientAddress {
  /** Key for limits: an IPv4 address, or the /64 network of an IPv6 address, since a client has a whole one. */
  key(request: IncomingMessage): string
  /** Tells whether an address is one of the trusted proxies. */
  isProxy(address: string | undefined): boolean
}

/** Addresses in one X-Forwarded-For that are looked at. */
const HOPS_MAX = 20

/** Keys of connections. A connection of a proxy serves many clients: there each request has its own. */
const peerKeys = new WeakMap<Socket, string>()

/**
 * Trusts `X-Forwarded-For` only from the given proxies (addresses or CIDR ranges), and of it the right-most address that is none of
 * them: everything further left can be written by anyone. Throws `misuse` for a range it cannot read.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = trustedProxies.length > 0 ? blockListOf('trusted proxy', trustedProxies) : undefined
  const forwardedKeys = new WeakMap<IncomingMessage, string>()
  return {
    isProxy: (address) => trusted !== undefined && isTrusted(trusted, address),
    key: (request) => (trusted && forwardedKeyOf(trusted, request, forwardedKeys)) ?? peerKey(request.socket),
  }
}

/** Headers by which proxies say that they forward for somebody else. Not every proxy does. */
const FORWARDING = ['x-forwarded-for', 'forwarded', 'x-forwarded-host', 'x-real-ip', 'via'] as const

/** Tells of requests whether they come directly from one of the given addresses or ranges. Throws `misuse` for one that it cannot read. */
export function createAddressList(what: string, ranges: readonly string[]): (request: IncomingMessage) => boolean {
  if (ranges.length === 0) return () => false
  const list = blockListOf(what, ranges)
  return ({ socket, headers }) => isTrusted(list, socket.remoteAddress) && FORWARDING.every((name) => headers[name] === undefined)
}

/** Returns the key of an address: IPv4 as it is, IPv6 as its /64. */
export function addressKey(address: string | undefined): string {
  const plain = plainAddress(address)
  return isIP(plain) === 6 ? network64(plain) : plain === '' ? 'unknown' : plain
}

function forwardedKeyOf(trusted: BlockList, request: IncomingMessage, known: WeakMap<IncomingMessage, string>): string | undefined {
  const asked = known.get(request)
  if (asked !== undefined) return asked
  const { remoteAddress } = request.socket
  const forwarded = isTrusted(trusted, remoteAddress) ? request.headers['x-forwarded-for'] : undefined
  if (typeof forwarded !== 'string') return undefined
  const key = forwardedKey(trusted, forwarded, remoteAddress)
  known.set(request, key)
  return key
}

function peerKey(socket: Socket): string {
  const known = peerKeys.get(socket)
  if (known !== undefined) return known
  const key = addressKey(socket.remoteAddress)
  peerKeys.set(socket, key)
  return key
}

function forwardedKey(trusted: BlockList, forwarded: string, peer: string | undefined): string {
  const hops = forwarded.split(',').slice(-HOPS_MAX)
  let last = plainAddress(peer)
  for (const hop of hops.toReversed()) {
    const address = plainAddress(hop.trim())
    // A proxy that writes no address is as far as the chain can be believed.
    if (isIP(address) === 0) break
    last = address
    if (!isTrusted(trusted, address)) break
  }
  return addressKey(last)
}

/** Strips the IPv4-mapped prefix, zone, brackets and port that addresses come with. */
function plainAddress(address: string | undefined): string {
  if (address === undefined) return ''
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? (/^[\d.]+:\d+$/.test(address) ? address.slice(0, address.indexOf(':')) : address)
  const zoneless = bare.includes('%') ? bare.slice(0, bare.indexOf('%')) : bare
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(zoneless) ? zoneless.slice(7) : zoneless
}

function network64(address: string): string {
  const [head = '', tail = ''] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const missing = address.includes('::') ? 8 - groups.length - (tail === '' ? 0 : tail.split(':').length) : 0
  const all = [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...(tail === '' ? [] : tail.split(':'))]
  return `${all
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}

function isTrusted(trusted: BlockList, address: string | undefined): boolean {
  const plain = plainAddress(address)
  const version = isIP(plain)
  return version !== 0 && trusted.check(plain, version === 6 ? 'ipv6' : 'ipv4')
}

function blockListOf(what: string, ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    try {
      if (bits === undefined) list.addAddress(address, family)
      else list.addSubnet(address, Number(bits), family)
    } catch {
      misuse(`${what} "${range}" must be an address or a CIDR range, e.g. "10.0.0.0/8"`)
    }
  }
  return list
}
