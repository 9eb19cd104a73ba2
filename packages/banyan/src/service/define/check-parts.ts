import { misuse } from '../../kernel/error.ts'
import type { Made, ServiceDefinition } from './define.ts'
import { consumerGroups } from './consumer-groups.ts'
import { partChecks } from './part-checks.ts'
import { RETENTION, retentionPolicy } from './retention.ts'
import { sourceOf } from './event-source.ts'
import type { Service } from './service-parts.ts'

/** Throws `misuse` for parts of a service that do not fit each other: it would only show when something is asked for that nobody does. */
export function checkParts(service: Service): void {
  const { name, definition, parts } = service
  const check = partChecks(name)
  check.options('retention', parts.retention, RETENTION)
  retentionPolicy(name, parts.retention)
  for (const rule of parts.retention.rules ?? []) check.name('rule of retention', rule.name)
  for (const [one, run] of Object.entries(parts.health)) {
    check.name('check of health', one)
    check.callable(`check of health "${one}"`, run)
  }
  const { operations, audits, on, sagas, projections, timers } = parts
  unique(name, 'operation', names(operations))
  unique(name, 'audit', names(audits))
  unique(name, 'saga', names(sagas))
  unique(name, 'projection', names(projections))
  unique(name, 'timer', names(timers))
  unique(
    name,
    'subscription',
    on.map((subscription) => `${subscription.type} of consumer ${subscription.consumer}`),
  )
  const { contract } = definition
  checkHandlers(name, 'operation', { declared: contract.operations, handled: names(operations) })
  checkHandlers(name, 'audit', { declared: contract.audits, handled: names(audits) })
  checkListed(name, definition.made, { sagas: names(sagas), projections: names(projections), timers: names(timers) })
  checkSources(definition, [...on.map(({ type }) => type), ...projections.flatMap((projection) => Object.keys(projection.on))])
  consumerGroups(service)
}

/** What of a contract has a handler in a service. */
interface Handled {
  readonly declared: Readonly<Record<string, unknown>>
  readonly handled: readonly string[]
}

function checkHandlers(service: string, what: 'operation' | 'audit', { declared, handled }: Handled): void {
  for (const name of Object.keys(declared))
    if (!handled.includes(name)) misuse(`service ${service}: ${what} "${name}" of the contract has no handler; add it to ${what}s`)
  for (const name of handled)
    if (!Object.hasOwn(declared, name))
      misuse(
        `service ${service}: there is a handler of "${name}", which is no ${what} of its contract; add it there, or remove the handler`,
      )
}

/** What was defined and is not listed would be scheduled, started or read in vain. */
function checkListed(service: string, made: Made, listed: Record<keyof Made, readonly string[]>): void {
  for (const kind of ['timers', 'sagas', 'projections'] as const)
    for (const name of made[kind])
      if (!listed[kind].includes(name))
        misuse(`service ${service}: ${kind.slice(0, -1)} "${name}" is defined but not listed, so it would never run; add it to ${kind}`)
}

/** Two contracts with one type of event: nobody could say which is meant. */
function checkSources(definition: ServiceDefinition, types: readonly string[]): void {
  const contracts = [...new Set([definition.contract, ...definition.uses, ...definition.listens])]
  for (const type of types) {
    const first = sourceOf(definition, type)
    const other = contracts.find((contract) => contract.name !== first.name && type in contract.events)
    if (other)
      misuse(
        `service ${definition.contract.name}: event "${type}" is in the contracts of ${first.name} and ${other.name}; rename one, e.g. "${other.name}.${type}"`,
      )
  }
}

function names(parts: readonly { readonly name: string }[]): string[] {
  return parts.map(({ name }) => name)
}

function unique(service: string, what: string, all: readonly string[]): void {
  const twice = all.find((name, index) => all.indexOf(name) !== index)
  if (twice !== undefined) misuse(`service ${service}: ${what} "${twice}" is there twice; rename one`)
}
