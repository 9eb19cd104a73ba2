import type { Static, TObject, TProperties, TSchema } from 'typebox'
import { partsOf } from '../kernel/form.ts'
import { checkEventParts } from './check-spec.ts'

/** An event of a contract. */
export interface EventDefinition<D extends TSchema = TSchema> {
  /** Field of the data by which events stay in order, e.g. `orderId`. */
  readonly key: string
  readonly data: D
  /** Grows when the data changes in a way that old consumers cannot read. Default 1. */
  readonly version: number
  readonly summary: string | undefined
  /** Brings what an earlier release stored into the form of today; see {@link event}. */
  readonly upgrade: ((stored: Readonly<Record<string, unknown>>) => object) | undefined
}

/** Data type of an event. */
export type EventData<D> = D extends EventDefinition<infer S> ? Static<S> : never

/** What an event is declared with. */
export interface EventSpec<P extends TProperties = TProperties> {
  readonly key: keyof P & string
  readonly data: TObject<P>
  readonly version?: number
  readonly summary?: string
  readonly upgrade?: (stored: Readonly<Record<string, unknown>>) => object
}

const PARTS = partsOf<EventSpec>({ key: true, data: true, version: true, summary: true, upgrade: true })

/**
 * Declares an event: what happened, in the past tense. Data holds ids and facts, never personal data.
 *
 * `upgrade` changes the data of stored events before it is checked, so that a schema can become narrower while logs still hold what earlier
 * releases wrote, e.g. a free text where there is a code today. It sees every event that is read, also those of today, and returns an object of
 * the form that `data` declares. What is emitted is checked as it is. Default: nothing is changed.
 */
export function event<P extends TProperties>(spec: EventSpec<P>): EventDefinition<TObject<P>> {
  checkEventParts(spec, PARTS)
  return { key: spec.key, data: spec.data, version: spec.version ?? 1, summary: spec.summary, upgrade: spec.upgrade }
}
