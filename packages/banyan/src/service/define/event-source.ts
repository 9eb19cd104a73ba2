import type { Contract } from '../../contract/contract.ts'
import type { EventDefinition } from '../../contract/event.ts'
import { misuse } from '../../kernel/error.ts'
import type { ProjectionDefinition } from '../../projection/projection.ts'
import type { ServiceDefinition } from './define.ts'

/** Returns the contract that declares an event type, among the service's own and its dependencies. */
export function sourceOf(definition: ServiceDefinition, type: string): Contract {
  const source = [definition.contract, ...definition.uses, ...definition.listens].find((contract) => type in contract.events)
  return (
    source ??
    misuse(`service ${definition.contract.name}: event "${type}" is in none of its contracts; add its contract to uses or listens`)
  )
}

/** Names the services whose events a projection is made of. */
export function sourcesOf(definition: ServiceDefinition, { on }: ProjectionDefinition): string[] {
  return [...new Set(Object.keys(on).map((type) => sourceOf(definition, type).name))]
}

/** Returns an event's definition; throws `misuse` when the contract does not have it. */
export function eventDefinition({ name, events }: Contract, type: string): EventDefinition {
  return events[type] ?? misuse(`contract ${name} has no event "${type}"; add it to events`)
}
