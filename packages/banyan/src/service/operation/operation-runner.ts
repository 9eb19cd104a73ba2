import type { Progress } from '../../call/progress.ts'
import type { CallReply, ReceivedCall } from '../../call/transport.ts'
import type { OperationDefinition } from '../../contract/operation.ts'
import { inputCheck } from '../../contract/validator.ts'
import { remainingMs } from '../../kernel/deadline.ts'
import { BanyanError, reworded } from '../../kernel/error.ts'
import { authorize } from '../handler/authorize.ts'
import { callPlaces } from './call-places.ts'
import type { OperationHandler } from '../define/define.ts'
import { keyedRunner } from './keyed-runner.ts'
import { leavingError } from './leaving-error.ts'
import { operationMeter } from './operation-meter.ts'
import { reportedError } from './reported-error.ts'
import { OperationWorkContext, type RunnableOperation, runnableOperation } from './runnable-operation.ts'
import type { ReadModel } from '../reaction/read-model.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'
import type { Work } from '../handler/work.ts'

/** Runs one operation of a service: everything between the wire and the handler. */
export interface OperationRunner {
  /** The handler gets a copy of what the contract declares of the input, the caller one of what it declares of the output. */
  run(call: ReceivedCall): Promise<CallReply>
}

/** Builds the runner of one operation. */
export function operationRunner(service: ServiceRuntime, definition: OperationDefinition, handler: OperationHandler): OperationRunner {
  const operation = runnableOperation(service, definition, handler)
  const answer = answerer(operation, handler)
  const { label } = operation
  const checkInput = inputCheck(definition.input)
  let model: ReadModel | undefined
  const places = callPlaces(label, definition.concurrencyMax)
  const meter = operationMeter(service.metrics, service.name, handler.name)
  const { clock, faults } = service.runtime
  const points = { before: `call.${label}.before-handler`, after: `call.${label}.after-handler` }

  return {
    async run(call) {
      const { scope } = call
      authorize(definition.access, scope.principal, call.input)
      const input = checkInput.parse(call.input, label)
      if (scope.after && definition.kind === 'query') await service.seeWrites((model ??= service.readModel(handler.name)), scope)
      if (remainingMs(service.runtime.clock, scope.deadline) <= 0)
        throw new BanyanError('deadline_exceeded', `${label} was not started: its deadline had passed`, { retry: 'safe' })
      if (definition.idempotency === 'required' && scope.key === undefined)
        throw new BanyanError('idempotency_key_required', `${label} needs an Idempotency-Key header; use a new UUID for each intent`)
      let place: Disposable | undefined
      const started = clock.monotonic()
      const span = service.tracing.startSpan(label, 'server', scope.trace)
      const progress: Progress = { acted: false }
      try {
        place = places.take()
        faults.at(points.before)
        const reply = await answer(scope.key, input, {
          scope: span.trace === scope.trace ? scope : { ...scope, trace: span.trace },
          progress,
        })
        faults.at(points.after)
        meter.succeeded((clock.monotonic() - started) / 1_000)
        return reply
      } catch (thrown) {
        span.fail(thrown)
        const error = partlyDone(label, progress, reportedError(service, label, scope, leavingError(operation, thrown)))
        meter.failed((clock.monotonic() - started) / 1_000, error.code)
        throw error
      } finally {
        span.end()
        place?.[Symbol.dispose]()
      }
    },
  }
}

/** Builds what runs the handler, once per key, and turns what was committed into the answer. */
function answerer(operation: RunnableOperation, handler: OperationHandler) {
  const runKeyed = keyedRunner(operation)
  async function runOnce(input: unknown, work: Work): Promise<CallReply> {
    const output = operation.checked(await operation.handle(input, work))
    return { output, token: work.token }
  }
  return async (key: string | undefined, input: unknown, work: Work): Promise<CallReply> => {
    try {
      const isKeyed = key !== undefined && operation.definition.idempotency !== 'none'
      const reply = isKeyed ? await runKeyed(input, work, key) : await runOnce(input, work)
      if (!handler.answer) return reply
      const { scope, progress } = work
      const output = await handler.answer(reply.output, new OperationWorkContext(operation, { scope, ...(progress && { progress }) }))
      return { ...reply, output: operation.checked(output) }
    } finally {
      work.keptAnswer?.end()
    }
  }
}

/**
 * What the platform says of the part that failed is not true of the whole once another part stands: `safe` would let a caller believe that
 * nothing happened, and a saga leave the step as it is (P8). Errors that the contract declares, and refusals, are the author's own words.
 */
function partlyDone(label: string, { acted }: Progress, error: BanyanError): BanyanError {
  if (!acted || error.declared || error.retry === 'unknown' || (error.retry === 'never' && error.status < 500)) return error
  const message = `${error.message}; an earlier part of ${label} stands, so it may only be tried again with the same key`
  return reworded(error, message, { retry: 'unknown', cause: error.cause })
}
