import type { Scope } from '../../call/scope.ts'
import { needsLog } from '../../call/uncaught.ts'
import { BanyanError, shownInLog } from '../../kernel/error.ts'
import type { Runtime } from '../../kernel/runtime.ts'

/** Logs what callers must not see, and hands on what they may. What another operation has logged is not logged again. */
export function reportedError(
  { runtime }: { readonly runtime: Pick<Runtime, 'log'> },
  operation: string,
  { trace, correlationId, causationId }: Scope,
  error: BanyanError,
): BanyanError {
  if (needsLog(error))
    runtime.log.error(isWrongData(error) ? `operation failed: ${error.message}` : 'operation failed', {
      operation,
      trace_id: trace.traceId,
      correlation_id: correlationId,
      causation_id: causationId,
      error: shownInLog(error),
    })
  return error
}

/** Tells whether our own data did not fit their contract: which field it was is what whoever reads the log needs first. */
function isWrongData({ code, cause }: BanyanError): boolean {
  return code === 'internal' && cause instanceof BanyanError && cause.fields !== undefined
}
