import { type SchemaCheck, schemaCheck } from '../contract/validator.ts'
import type { StoredEvent } from '../store/feed.ts'
import type { ServiceDefinition } from './define.ts'
import { eventDefinition, sourceOf } from './event-source.ts'

/**
 * Returns what reads the data of stored events: what the contract that declares their type declares of it, and nothing that an older or newer
 * sender wrote besides. Reading throws `internal` with the wrong fields as cause, and `misuse` for a type that none of the service's contracts has.
 */
export function eventDataReader(definition: ServiceDefinition): (stored: StoredEvent) => unknown {
  const checks = new Map<string, SchemaCheck>()
  return ({ type, data }) => {
    let check = checks.get(type)
    if (!check) checks.set(type, (check = schemaCheck(eventDefinition(sourceOf(definition, type), type).data)))
    return check.own(JSON.parse(data), `event ${type}`)
  }
}
