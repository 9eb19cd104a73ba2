// A reporter for `node --test` that writes one JSON line for each thing the gate counts (test-run.ts reads them).
import { AssertionError } from 'node:assert'
import { inspect } from 'node:util'
import type { TestEvent as NodeTestEvent } from 'node:test/reporters'

/** One line of a report. A report without an `end` line comes from a runner that ended early. */
export type ReportLine =
  | { readonly kind: 'passed' | 'skipped'; readonly name: string; readonly reason?: string }
  | { readonly kind: 'failed'; readonly name: string; readonly where: string; readonly detail: string }
  | { readonly kind: 'note'; readonly detail: string }
  | { readonly kind: 'end' }

/** Turns the events of node:test into JSON lines. Suites are names, not results; they count only when their own hooks fail. */
// oxlint-disable-next-line import/no-default-export -- node:test takes a reporter from there
export default async function* report(events: AsyncIterable<NodeTestEvent>): AsyncGenerator<string> {
  const path: string[] = []
  for await (const event of events) {
    if (event.type === 'test:start') path.splice(event.data.nesting, Infinity, event.data.name)
    const line = toLine(event, path)
    if (line) yield `${JSON.stringify(line)}\n`
  }
}

function toLine(event: NodeTestEvent, path: readonly string[]): ReportLine | undefined {
  if (event.type === 'test:summary' && event.data.file === undefined) return { kind: 'end' }
  if (event.type === 'test:diagnostic' && event.data.message.startsWith('Error:')) return { kind: 'note', detail: event.data.message }
  if (event.type !== 'test:pass' && event.type !== 'test:fail') return undefined
  const { data } = event
  const name = [...path.slice(0, data.nesting), data.name].join(' > ')
  const excuse = data.skip ?? data.todo
  if (excuse !== undefined && excuse !== false) return { kind: 'skipped', name, reason: typeof excuse === 'string' ? excuse : '' }
  if (event.type === 'test:pass') return data.details.type === 'suite' ? undefined : { kind: 'passed', name }
  if (isEcho(event.data.details.error)) return undefined
  const where = data.file === undefined ? '' : `${data.file}:${data.line ?? 1}`
  return { kind: 'failed', name, where, detail: describe(event.data.details.error) }
}

// A suite or a parent test that fails only because something inside it failed: that one is counted already.
function isEcho(error: unknown): boolean {
  return error instanceof Error && 'failureType' in error && error.failureType === 'subtestsFailed'
}

function describe(error: Error): string {
  const cause = error.cause ?? error
  // An assertion's message holds the difference; its properties would only repeat both values.
  const text = cause instanceof AssertionError && cause.stack ? cause.stack : inspect(cause, { depth: 5, breakLength: 120 })
  return text.replaceAll(/^ +at .*\(?node:.*\n?/gm, '')
}
