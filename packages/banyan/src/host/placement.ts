import type { Contract } from '../contract/contract.ts'
import { BanyanError, misuse } from '../kernel/error.ts'
import { nearest } from '../kernel/nearest.ts'
import type { Service } from '../service/define/service-parts.ts'
import type { Platform } from './platform.ts'

/** Which services of a platform one process hosts. What is part of the platform does not depend on it. */
export interface Placement {
  /** In start order. */
  readonly hosted: readonly Service[]
  /** The rest of the platform: services that run elsewhere, by contract. */
  readonly elsewhere: readonly Contract[]
  hosts(service: string): boolean
  /** Why a service that does not run here cannot be asked, and where it is looked for. */
  absent(service: string): BanyanError
}

/**
 * Places a platform: `hosts` names what runs in this process. Default: all that is implemented here. Throws `misuse` for a name that cannot be hosted
 * here, or that is there twice.
 */
export function place(platform: Platform, hosts: readonly string[] = platform.services.map(({ name }) => name)): Placement {
  const names = new Set<string>()
  for (const name of hosts) {
    assertHostable(platform, name)
    if (names.has(name)) misuse(`hosts names "${name}" twice; name each service once`)
    names.add(name)
  }
  return {
    hosted: platform.services.filter(({ name }) => names.has(name)),
    elsewhere: platform.contracts.filter(({ name }) => !names.has(name)),
    hosts: (service) => names.has(service),
    absent: (service) => absent(platform, names, service),
  }
}

function assertHostable({ services, contracts }: Platform, name: string): void {
  const implemented = services.map((service) => service.name)
  if (implemented.includes(name)) return
  if (contracts.some((contract) => contract.name === name))
    misuse(`hosts names "${name}", of which this platform has only the contract; host it where it is implemented, or add it to services`)
  const meant = nearest(name, implemented)
  const advice = meant === undefined ? `name some of ${implemented.join(', ')}` : `did you mean "${meant}"?`
  misuse(`hosts names "${name}", which is not part of the platform; ${advice}`)
}

function absent({ contracts }: Platform, hosts: ReadonlySet<string>, service: string): BanyanError {
  return new BanyanError('unavailable', whereabouts(contracts, hosts, service), { retry: 'safe' })
}

function whereabouts(contracts: readonly Contract[], hosts: ReadonlySet<string>, service: string): string {
  if (hosts.has(service)) return `service "${service}" belongs into this process and does not run yet, or any more; try again`
  const here = hosts.size === 0 ? 'none' : [...hosts].join(', ')
  if (contracts.some(({ name }) => name === service))
    return `service "${service}" is not hosted by this process (${here}); it was looked for in other processes of the platform, and none is known; host it here or start a process that does`
  return `service "${service}" is not part of this platform; add it, or its contract`
}
