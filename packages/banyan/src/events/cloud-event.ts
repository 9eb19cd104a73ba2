import { BanyanError, type FieldError } from '../kernel/error.ts'
import type { Json } from '../kernel/json.ts'
import type { StoredEvent } from '../store/records/feed.ts'

/** Content type of one event in JSON (CloudEvents 1.0, structured mode). */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json'
/** Content type of an array of events. */
export const CLOUD_EVENT_BATCH_TYPE = 'application/cloudevents-batch+json'

/**
 * An event as CloudEvents 1.0 JSON. `partitionkey`, `sequence`, `correlationid`, `causationid` and `traceparent` are documented extensions
 * of CloudEvents; `dataversion` is ours.
 */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  /** Name of the service whose log it stands in. */
  readonly source: string
  readonly type: string
  /** RFC 3339, in UTC. */
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** Version of the event's contract. */
  readonly dataversion: number
  /** The event's key: events of one source with equal keys are in order. */
  readonly partitionkey: string
  /** Place in the source's log, from 1 without gaps; padded with zeros, so that texts sort as numbers do. */
  readonly sequence: string
  readonly correlationid: string
  readonly causationid: string
  readonly traceparent: string
  readonly data: Json
}

/** Digits of the largest safe integer. */
const SEQUENCE_DIGITS = 16

/** Writes an event of `source` as a CloudEvent. */
export function toCloudEvent(event: StoredEvent, source: string): CloudEvent {
  return {
    specversion: '1.0',
    id: event.id,
    source,
    type: event.type,
    time: new Date(event.time).toISOString(),
    datacontenttype: 'application/json',
    dataversion: event.version,
    partitionkey: event.key,
    sequence: String(event.position).padStart(SEQUENCE_DIGITS, '0'),
    correlationid: event.correlationId,
    causationid: event.causationId,
    traceparent: event.traceparent,
    data: JSON.parse(event.data) as Json,
  }
}

/** Reads a CloudEvent of a service. Throws `invalid_argument` that names each attribute that is missing or wrong. */
export function fromCloudEvent(value: unknown): { readonly source: string; readonly event: StoredEvent } {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const fields = wrongAttributes(given)
  if (fields.length > 0) {
    const named = fields.map(({ path, expected }) => `${path} ${expected}`).join('; ')
    throw new BanyanError('invalid_argument', `not a CloudEvent of a service: ${named}`, { fields })
  }
  const cloud = given as unknown as CloudEvent
  const event = {
    position: Number(cloud.sequence),
    id: cloud.id,
    type: cloud.type,
    version: cloud.dataversion,
    key: cloud.partitionkey,
    time: Date.parse(cloud.time),
    data: JSON.stringify(cloud.data ?? null),
    correlationId: cloud.correlationid,
    causationId: cloud.causationid,
    traceparent: cloud.traceparent,
  }
  return { source: cloud.source, event }
}

const TEXTS = ['id', 'source', 'type', 'partitionkey', 'correlationid', 'causationid', 'traceparent'] as const

function wrongAttributes(given: Record<string, unknown>): FieldError[] {
  const fields: FieldError[] = []
  const expect = (name: string, expected: string, fits: boolean): void => {
    if (!fits) fields.push({ path: `/${name}`, expected })
  }
  const { specversion, time, datacontenttype, dataversion, sequence } = given
  expect('specversion', 'must be "1.0"', specversion === '1.0')
  for (const name of TEXTS) expect(name, 'must be a text', typeof given[name] === 'string')
  expect('time', 'must be a time as in RFC 3339', typeof time === 'string' && !Number.isNaN(Date.parse(time)))
  expect('dataversion', 'must be a whole number ≥ 1', Number.isSafeInteger(dataversion) && (dataversion as number) >= 1)
  const isPosition = typeof sequence === 'string' && /^\d{1,16}$/.test(sequence) && Number.isSafeInteger(Number(sequence))
  expect('sequence', 'must be a position in digits', isPosition && Number(sequence) >= 1)
  const type = datacontenttype ?? 'application/json'
  expect('datacontenttype', 'must be application/json', typeof type === 'string' && /^application\/json(\s*;.*)?$/i.test(type))
  expect('data_base64', 'must not be there: data is JSON', given['data_base64'] === undefined)
  return fields
}
