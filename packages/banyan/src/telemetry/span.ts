import {
  type Attributes,
  context,
  createTraceState,
  type Span as OpenTelemetrySpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api'
import type { Ids } from '../kernel/ids.ts'
import type { WorkLog } from '../kernel/work-log.ts'
import { newTrace, type TraceContext } from './trace-context.ts'

/** Facts of a span. Names of routes, services and codes; never personal data, tokens or bodies. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

/** What a span stands for. */
export type SpanKindName = 'server' | 'client' | 'internal' | 'producer' | 'consumer'

/** One timed piece of work of a trace. */
export interface Span {
  /** What work caused by this span carries along. */
  readonly trace: TraceContext
  /** True when somebody records: only then are costly attributes worth computing. */
  readonly recording: boolean
  /** Adds a fact that was not known at the start. */
  set(name: string, value: string | number | boolean): void
  /** Marks the span as failed by the error's code; messages may hold personal data and are not recorded. */
  fail(error: unknown): void
  /** Runs `work` with this span as OpenTelemetry's active one, so that spans of users' own code become its children. */
  run<T>(work: () => T): T
  /** Ends the span. Call it once. */
  end(): void
}

/** Starts spans. */
export interface Tracing {
  /**
   * Starts a span below `parent`; without one it begins a new trace.
   * Where no OpenTelemetry SDK is registered it costs one small object and passes the parent's trace on as it is.
   */
  startSpan(name: string, kind: SpanKindName, parent: TraceContext | undefined, attributes?: SpanAttributes): Span
}

/** What tracing is built from. */
export interface TracingOptions {
  readonly ids: Ids
  /** An OpenTelemetry tracer provider. Default: the globally registered one, also when it is registered later. */
  readonly provider?: TracerProvider
  /** Is told what is under way. Names of spans come from the program, never from input. Default: nobody. */
  readonly work?: WorkLog
}

const SCOPE = 'banyan'
const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const satisfies Record<SpanKindName, SpanKind>

/** Creates tracing over `@opentelemetry/api`; spans are started by hand, nothing is patched. */
export function createTracing({ ids, provider, work }: TracingOptions): Tracing {
  let tracer: Tracer | undefined = provider?.getTracer(SCOPE)
  return {
    startSpan(name, kind, parent, attributes) {
      tracer ??= registeredTracer()
      const noted = work && new Noted(work, name)
      if (tracer === undefined) return new PassingSpan(parent ?? newTrace(ids), noted)
      const options = attributes === undefined ? { kind: KINDS[kind] } : { kind: KINDS[kind], attributes: attributes as Attributes }
      if (parent === undefined) return new RecordedSpan(tracer.startSpan(name, { ...options, root: true }), undefined, noted)
      return new RecordedSpan(tracer.startSpan(name, options, trace.setSpanContext(context.active(), spanContext(parent))), parent, noted)
    },
  }
}

/** The API hands out a proxy as long as no SDK is registered; asking it for its delegate is the way to tell. */
function registeredTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider() as TracerProvider & { getDelegateTracer?: (name: string) => Tracer | undefined }
  return provider.getDelegateTracer === undefined ? provider.getTracer(SCOPE) : provider.getDelegateTracer(SCOPE)
}

function spanContext({ traceId, spanId, flags, state }: TraceContext): SpanContext {
  const remote = { traceId, spanId, traceFlags: flags, isRemote: true }
  return state === undefined ? remote : { ...remote, traceState: createTraceState(state) }
}

/** OpenTelemetry's SDK drops the random bit, and its own ids are random: so the bit is kept, or set on a new trace. */
function traceOf(own: SpanContext, parent: TraceContext | undefined): TraceContext {
  const random = parent === undefined ? 2 : parent.flags & 2
  const traceContext = { traceId: own.traceId, spanId: own.spanId, flags: (own.traceFlags & 1) | random }
  const state = own.traceState?.serialize() ?? ''
  if (state !== '') return { ...traceContext, state }
  return parent?.state === undefined ? traceContext : { ...traceContext, state: parent.state }
}

/** A span in the log of what is under way. */
class Noted {
  readonly #work: WorkLog
  readonly #name: string
  #ended = false

  constructor(work: WorkLog, name: string) {
    this.#work = work
    this.#name = name
    work.began(name)
  }
  end(): void {
    if (!this.#ended) this.#work.ended(this.#name)
    this.#ended = true
  }
}

/** Stands for a span that nobody records. */
class PassingSpan implements Span {
  readonly trace: TraceContext
  readonly #noted: Noted | undefined
  constructor(passed: TraceContext, noted: Noted | undefined) {
    this.trace = passed
    this.#noted = noted
  }
  get recording(): boolean {
    return false
  }
  set(): void {}
  fail(): void {}
  run<T>(work: () => T): T {
    return work()
  }
  end(): void {
    this.#noted?.end()
  }
}

class RecordedSpan implements Span {
  readonly trace: TraceContext
  readonly recording: boolean
  readonly #span: OpenTelemetrySpan
  readonly #noted: Noted | undefined

  constructor(span: OpenTelemetrySpan, parent: TraceContext | undefined, noted: Noted | undefined) {
    this.#span = span
    this.#noted = noted
    this.trace = traceOf(span.spanContext(), parent)
    this.recording = span.isRecording()
  }
  set(name: string, value: string | number | boolean): void {
    this.#span.setAttribute(name, value)
  }
  fail(error: unknown): void {
    const type = errorType(error)
    this.#span.setAttribute('error.type', type)
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: type })
  }
  run<T>(work: () => T): T {
    return context.with(trace.setSpan(context.active(), this.#span), work)
  }
  end(): void {
    this.#span.end()
    this.#noted?.end()
  }
}

function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : error.name
}
