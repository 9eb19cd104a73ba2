export { causeText } from './cause-text.ts'
export { type LimitedLog, limitedLog, type LimitedLogOptions, LOG_INTERVAL_MS } from './limited-log.ts'
export { type LoopWatchOptions, watchLoop } from './loop-watch.ts'
export { createLogger, type LogFormat, type LoggerOptions } from './log-writer.ts'
export {
  type Counter,
  type CounterFamily,
  createMetrics,
  type GaugeReading,
  type Histogram,
  type HistogramFamily,
  LATENCY_BUCKETS_SECONDS,
  type MetricOptions,
  type Metrics,
} from './metrics.ts'
export { oneLine, printable } from './printable.ts'
export { REDACTED, redact } from './redact.ts'
export { createTracing, type Span, type SpanAttributes, type SpanKindName, type Tracing, type TracingOptions } from './span.ts'
export { formatTraceparent, newTrace, parseTraceparent, type TraceContext } from './trace-context.ts'
