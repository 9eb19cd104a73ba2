import { consumerGroups } from '../service/define/consumer-groups.ts'
import { sourcesOf } from '../service/define/event-source.ts'
import type { Service } from '../service/define/service-parts.ts'
import type { ReaderRecord } from '../store/records/reader-records.ts'
import { isConsumerOf } from '../projection/index.ts'
import type { Placement } from './placement.ts'
import type { Platform } from './platform.ts'

/** A reader of a log that must be there, because the platform is made so. */
export interface ExpectedReader {
  readonly service: string
  /** As people name it; undefined where only the contract of the service is known. */
  readonly consumer: string | undefined
  /** Tells whether a reader that the log has heard of is this one. */
  readonly covers: (reader: ReaderRecord) => boolean
}

/**
 * Lists who reads the log of `source` in other processes, whether it was heard of or not. A service that is implemented here says what it reads; of one
 * that is only known by its contract anything may be expected.
 */
export function expectedReaders({ services }: Platform, { elsewhere }: Placement, source: string): readonly ExpectedReader[] {
  return elsewhere.flatMap(({ name }) => {
    if (name === source) return []
    const service = services.find((one) => one.name === name)
    return service ? readersOf(service, source) : [{ service: name, consumer: undefined, covers: (reader) => reader.service === name }]
  })
}

function readersOf(service: Service, source: string): readonly ExpectedReader[] {
  const of = (consumer: string, isIt: (named: string) => boolean): ExpectedReader => ({
    service: service.name,
    consumer,
    covers: (reader) => reader.service === service.name && isIt(reader.consumer),
  })
  const subscribed = consumerGroups(service).filter((group) => group.source === source)
  const projected = service.parts.projections.filter((projection) => sourcesOf(service.definition, projection).includes(source))
  return [
    ...subscribed.map(({ consumer }) => of(consumer, (named) => named === consumer)),
    ...projected.map(({ name }) => of(`projection:${name}`, (named) => isConsumerOf(name, named))),
  ]
}
