import type { EventDefinition } from '../../contract/event.ts'
import { type SchemaCheck, schemaCheck } from '../../contract/validator.ts'
import type { StoredEvent } from '../../store/records/feed.ts'
import type { ServiceDefinition } from '../define/define.ts'
import { eventDefinition, sourceOf } from '../define/event-source.ts'

/**
 * Returns what reads the data of stored events: what the contract that declares their type declares of it, and nothing that an older or newer
 * sender wrote besides. Reading throws `internal` with the wrong fields as cause, and `misuse` for a type that none of the service's contracts has.
 */
export function eventDataReader(definition: ServiceDefinition): (stored: StoredEvent) => unknown {
  const readers = new Map<string, EventReader>()
  return ({ type, data }) => {
    let reader = readers.get(type)
    if (!reader) readers.set(type, (reader = readerOf(eventDefinition(sourceOf(definition, type), type))))
    const stored = JSON.parse(data) as Readonly<Record<string, unknown>>
    return reader.check.own(reader.upgrade ? reader.upgrade(stored) : stored, `event ${type}`)
  }
}

interface EventReader extends Pick<EventDefinition, 'upgrade'> {
  readonly check: SchemaCheck
}

function readerOf({ data, upgrade }: EventDefinition): EventReader {
  return { check: schemaCheck(data), upgrade }
}
