import type { Static, TObject, TProperties, TSchema } from 'typebox'

/** An event of a contract. */
export interface EventDefinition<D extends TSchema = TSchema> {
  /** Field of the data by which events stay in order, e.g. `orderId`. */
  readonly key: string
  readonly data: D
  /** Grows when the data changes in a way that old consumers cannot read. Default 1. */
  readonly version: number
  readonly summary: string | undefined
}

/** Data type of an event. */
export type EventData<D> = D extends EventDefinition<infer S> ? Static<S> : never

/** Declares an event: what happened, in the past tense. Data holds ids and facts, never personal data. */
export function event<P extends TProperties>(spec: {
  readonly key: keyof P & string
  readonly data: TObject<P>
  readonly version?: number
  readonly summary?: string
}): EventDefinition<TObject<P>> {
  return { key: spec.key, data: spec.data, version: spec.version ?? 1, summary: spec.summary }
}
