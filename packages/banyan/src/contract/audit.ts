import type { Static, TSchema } from 'typebox'
import { partsOf } from '../kernel/form.ts'
import { checkAuditParts } from './check-spec.ts'

/** A question about a service's own books, for audits of the platform alone. */
export interface AuditDefinition<I extends TSchema = TSchema, O extends TSchema = TSchema> {
  readonly kind: 'audit'
  readonly input: I
  readonly output: O
  readonly timeoutMs: number
}

/** What an audit query is declared with. */
export interface AuditSpec<I extends TSchema = TSchema, O extends TSchema = TSchema> {
  readonly input: I
  /** All that belongs together: one answer is one snapshot, and two answers are two. */
  readonly output: O
  /** How long one answer may take. Default {@link AUDIT_TIMEOUT_MS}. */
  readonly timeoutMs?: number
}

/** Audit queries by name. The `any` arguments keep each one's own inferred types assignable. */
// oxlint-disable-next-line typescript/no-explicit-any -- a bound of unknown would reject every concrete schema
export type Audits = Readonly<Record<string, AuditDefinition<any, any>>>

/** Input type of an audit query. */
export type AuditInput<D> = D extends AuditDefinition<infer I, TSchema> ? Static<I> : never
/** Output type of an audit query. */
export type AuditOutput<D> = D extends AuditDefinition<TSchema, infer O> ? Static<O> : never

/** Typed questions to one service: one function per audit query of its contract. */
export type AuditClient<C extends { readonly audits: Audits }> = {
  readonly [K in keyof C['audits']]: (input: AuditInput<C['audits'][K]>) => Promise<AuditOutput<C['audits'][K]>>
}

/** Time of one answer when its contract says nothing: a statement over some million rows. */
export const AUDIT_TIMEOUT_MS = 60_000

const PARTS = partsOf<AuditSpec>({ input: true, output: true, timeoutMs: true })

/**
 * Declares an audit query: what a service tells of its own books when the invariants of the platform are checked. Only the platform itself may ask;
 * it is no operation, so the gateway does not know it. It may read all there is; where that grows, declare a range and a limit in `input`.
 * @example audits: { totals: audit({ input: Type.Object({}), output: Type.Object({ minor: Type.Integer() }) }) }
 */
export function audit<I extends TSchema, O extends TSchema>(spec: AuditSpec<I, O>): AuditDefinition<I, O> {
  checkAuditParts(spec, PARTS)
  return { kind: 'audit', input: spec.input, output: spec.output, timeoutMs: spec.timeoutMs ?? AUDIT_TIMEOUT_MS }
}

/** What the name of an audit query begins with on its way. No operation's name has a dot. */
const AUDIT_PREFIX = 'audits.'

/** Names an audit query in a call, beside the operations of its service. */
export function auditCall(name: string): string {
  return `${AUDIT_PREFIX}${name}`
}

/** The audit query that a call asks for; undefined for a call of an operation. */
export function auditOfCall(call: string): string | undefined {
  return call.startsWith(AUDIT_PREFIX) ? call.slice(AUDIT_PREFIX.length) : undefined
}
