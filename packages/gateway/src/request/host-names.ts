import type { IncomingMessage } from 'node:http'
import { BanyanError, isLoopbackHost, misuse } from 'banyan/kernel'
import { hostOf } from './request-head.ts'

/** Throws `misdirected` when a request was meant for another host. */
export type HostCheck = (request: IncomingMessage) => void

/** Names that were accepted and are remembered as they were written, ports and all. */
const REMEMBERED_MAX = 100
const SHOWN_LENGTH_MAX = 100
const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/

/**
 * Creates the check of a gateway that listens on loopback: a page of a stranger can let its own name point to 127.0.0.1 and then read what this
 * machine's services answer to their user (DNS rebinding). Only `localhost`, literal loopback addresses and `hosts` are answered.
 */
export function createHostCheck(hosts: readonly string[]): HostCheck {
  for (const host of hosts)
    if (!NAME.test(host.toLowerCase())) misuse(`host "${host}" must be a plain name without scheme, port or path, e.g. "shop.example"`)
  const names = new Set(hosts.map((host) => host.toLowerCase()))
  const remembered = new Set<string>()
  return (request) => {
    const host = hostOf(request)
    // HTTP/1.0 may name none; whoever runs in a browser always names one.
    if (host === undefined || remembered.has(host)) return
    const name = nameOf(host)
    if (!names.has(name) && !isLoopbackHost(name)) throw misdirected(host)
    if (remembered.size < REMEMBERED_MAX) remembered.add(host)
  }
}

/** Strips the port and the dot of a full name. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')
}

function misdirected(host: string): BanyanError {
  return new BanyanError(
    'misdirected',
    `this gateway listens on this machine only and does not answer as "${host.slice(0, SHOWN_LENGTH_MAX)}"; ` +
      'call it as localhost or 127.0.0.1, or name the host in its option "hosts" (the shop: BANYAN_HOSTS)',
  )
}
