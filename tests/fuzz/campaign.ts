import fc from 'fast-check'
import type { ApiOperation } from './api-document.ts'
import type { Caller } from './callers.ts'
import { type Draft, knownToBeWrong, type WireRequest, wireRequest } from './draft.ts'
import { flawsOf } from './flaws.ts'
import { complaints } from './judge.ts'
import type { KnownValues } from './known-values.ts'
import { draftOf, sequences, type Step } from './steps.ts'
import type { WireAnswer, WireClient } from './wire-client.ts'

/** What requests go to, and what is known of it. */
export interface Target {
  readonly client: WireClient
  readonly operations: readonly ApiOperation[]
  readonly callers: readonly Caller[]
  readonly known: KnownValues
  /** Counts answers by operation and status. */
  readonly tally: Tally
  /** Makes things that requests can name, where earlier ones have used them up. */
  renew(): Promise<void>
}

/** Answers by operation and status. */
export class Tally {
  readonly #counts = new Map<string, Map<number, number>>()

  /** Requests so far. */
  get requests(): number {
    return [...this.#counts.values()].flatMap((counts) => [...counts.values()]).reduce((sum, count) => sum + count, 0)
  }
  count(operation: string, status: number): void {
    const counts = this.#counts.get(operation) ?? new Map<number, number>()
    counts.set(status, (counts.get(status) ?? 0) + 1)
    this.#counts.set(operation, counts)
  }
  /** Statuses with which an operation was answered, sorted. */
  statuses(operation: string): [number, number][] {
    return [...(this.#counts.get(operation) ?? [])].toSorted(([first], [second]) => first - second)
  }
  succeeded(operation: string): boolean {
    return this.statuses(operation).some(([status]) => status < 300)
  }
}

/** Something that must not happen, with the requests that make it happen. */
export interface Finding {
  readonly operation: string
  readonly complaint: string
  /** The shortest sequence that was found, as sent. */
  readonly requests: readonly string[]
}

/** How long an operation is fuzzed. */
export interface FuzzOptions {
  /** Sequences to send. */
  readonly runs: number
  readonly seed: number
  /** Stops after this time: passwords are slow to hash by design. */
  readonly msMax: number
}

/** Sends `runs` sequences that end with `operation`; a finding comes with the shortest sequence that still shows it. */
export async function fuzzOperation(
  target: Target,
  operation: ApiOperation,
  { runs, seed, msMax }: FuzzOptions,
): Promise<Finding | undefined> {
  let last: Finding | undefined
  const property = fc.asyncProperty(sequences(operation, target.operations, target.callers), async (steps) => {
    const found = await runSequence(target, steps)
    // fast-check runs shorter and shorter ones that still fail: the last of them is the one to show.
    if (found) last = found
    return found === undefined
  })
  const { failed } = await fc.check(property, { numRuns: runs, seed, interruptAfterTimeLimit: msMax })
  return failed ? last : undefined
}

async function runSequence(target: Target, steps: readonly Step[]): Promise<Finding | undefined> {
  const sent: string[] = []
  for (const step of steps) {
    const complaint = await runStep(target, step, sent)
    if (complaint !== undefined) return { operation: step.operation.id, complaint, requests: sent }
  }
  return undefined
}

async function runStep(target: Target, step: Step, sent: string[]): Promise<string | undefined> {
  const { operation, caller } = step
  const right = draftOf(step, target.known)
  const flaws = step.flaw === undefined ? [] : flawsOf(operation, right)
  const flaw = flaws[(step.flaw ?? 0) % Math.max(1, flaws.length)]
  const draft = flaw?.draft ?? right
  const wrong = flaw?.what ?? knownToBeWrong(operation, draft)
  const exchange = await send(target, { operation, caller, draft, wrong })
  sent.push(exchange.shown)
  if (exchange.complaint !== undefined || !step.twice) return exchange.complaint
  const again = await send(target, { operation, caller, draft, wrong })
  sent.push(`${again.shown} (again)`)
  return again.complaint ?? repetitionComplaint(draft, exchange.answer, again.answer)
}

/** A request of the fuzz. */
export interface Shot {
  readonly operation: ApiOperation
  readonly caller: Caller
  readonly draft: Draft
  /** Why it must be refused; undefined where it may succeed. */
  readonly wrong: string | undefined
}

/** What came of a request. */
export interface Exchange {
  readonly shown: string
  readonly answer: WireAnswer | undefined
  readonly complaint: string | undefined
}

/** Tells whether a refusal is about the token that the caller really has: not about one that was broken on purpose, or a wrong password. */
function isOwnToken({ headers }: Draft, { headers: answered }: WireAnswer): boolean {
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  return !names.includes('authorization') && String(answered['www-authenticate']).includes('invalid_token')
}

/** Sends one request and judges its answer; learns from a success. */
export async function send({ client, known, tally }: Target, { operation, caller, draft, wrong }: Shot): Promise<Exchange> {
  const request = wireRequest(operation, { ...draft, headers: { ...(await caller.headers()), ...draft.headers } })
  const shown = `${show(request)} by ${caller.name}`
  try {
    const answer = await client.send(request)
    tally.count(operation.id, answer.status)
    if (answer.status === 401 && !caller.stranger && isOwnToken(draft, answer)) caller.refused?.()
    if (answer.status < 300 && answer.text !== '' && answer.headers['content-type']?.includes('json')) learn(known, operation, answer.text)
    const found = complaints(operation, { wrong, stranger: caller.stranger }, answer)
    return { shown: `${shown} → ${answer.status}`, answer, complaint: found[0] }
  } catch (thrown) {
    return { shown: `${shown} → nothing`, answer: undefined, complaint: `no answer: ${String(thrown)}` }
  }
}

function learn(known: KnownValues, { tag }: ApiOperation, text: string): void {
  try {
    known.learn(tag, JSON.parse(text))
  } catch {
    // The judge says so.
  }
}

/** A command that succeeded under a key has happened: sending it again gets the same answer. */
function repetitionComplaint({ headers }: Draft, first: WireAnswer | undefined, second: WireAnswer | undefined): string | undefined {
  if (!('idempotency-key' in headers) || first === undefined || second === undefined || first.status >= 300) return undefined
  if (second.status !== first.status) return `repeated with its key it is answered ${second.status} instead of ${first.status}`
  return idOf(second) === idOf(first) ? undefined : `repeated with its key it names ${idOf(second)} instead of ${idOf(first)}`
}

function idOf({ text }: WireAnswer): string {
  return text === '' ? '' : String((JSON.parse(text) as { id?: unknown } | null)?.id)
}

const SHOWN_CHARACTERS_MAX = 1_500
const SECRET = /^(?:authorization|x-api-key)$/

function show({ method, target, headers, body }: WireRequest): string {
  const told = Object.entries(headers).map(([name, value]) => `${name}: ${SECRET.test(name) ? value.slice(0, 12) : value}`)
  const text = body === undefined ? '' : ` ${body.toString()}`
  return `${method} ${shortened(target)} {${shortened(told.join(', '))}}${shortened(text)}`
}

/** Long runs of one character say nothing more than their length. */
function shortened(text: string): string {
  return text
    .replaceAll(/(.)\1{30,}/gu, (run, character: string) => `${character}…×${Array.from(run).length}`)
    .slice(0, SHOWN_CHARACTERS_MAX)
}
