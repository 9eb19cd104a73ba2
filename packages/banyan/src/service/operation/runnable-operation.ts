import type { Scope } from '../../call/scope.ts'
import { failure } from '../../contract/failure.ts'
import type { OperationDefinition } from '../../contract/operation.ts'
import { schemaCheck } from '../../contract/validator.ts'
import { misuse } from '../../kernel/error.ts'
import type { OperationHandler } from '../define/define.ts'
import { WorkContext } from '../handler/handler-context.ts'
import { permitNow } from '../handler/permits.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'
import type { Work } from '../handler/work.ts'

/** What the steps of running an operation share. */
export interface RunnableOperation {
  readonly service: ServiceRuntime
  readonly definition: OperationDefinition
  readonly name: string
  /** `<service>.<operation>`, for messages and spans. */
  readonly label: string
  /** Runs the handler once; `work` says what commits with it. Returns what the handler returned. */
  handle(input: unknown, work: Work): Promise<unknown>
  /** Returns a copy of what the contract declares of an output. Throws `internal` when it does not fit. */
  checked(output: unknown): unknown
}

/** Prepares an operation's handler to be run: it gets its context, and its answer is checked. */
export function runnableOperation(
  service: ServiceRuntime,
  definition: OperationDefinition,
  { name, handler }: OperationHandler,
): RunnableOperation {
  const label = `${service.name}.${name}`
  const output = schemaCheck(definition.output)
  const checked = (result: unknown): unknown => output.own(result, `the answer of ${label}`)
  return {
    service,
    definition,
    name,
    label,
    checked,
    async handle(input, work) {
      const result = await handler(input, new OperationWorkContext({ service, definition, label }, work))
      if (work.committed && result !== work.value)
        misuse(
          `${label} returned something else than its transaction did; return the transaction's value, so that a repetition gets the same answer`,
        )
      return result
    },
  }
}

/** What an operation's handler gets besides. */
export class OperationWorkContext extends WorkContext {
  readonly #operation: Pick<RunnableOperation, 'definition' | 'label'>
  readonly #work: Work
  readonly #scope: Scope

  constructor(operation: Pick<RunnableOperation, 'service' | 'definition' | 'label'>, work: Work) {
    super(operation.service, work)
    this.#operation = operation
    this.#work = work
    this.#scope = work.scope
  }
  get fail() {
    return (code: string, data: unknown): never => {
      throw failure(this.#operation.definition.errors, code, data)
    }
  }
  get permit() {
    return (owner: string | undefined, ...roles: readonly string[]): void =>
      permitNow(this.#operation.definition, this.#operation.label, this.#work, { owner, roles })
  }
  get key(): string | undefined {
    return this.#scope.key
  }
  get waitMs(): number {
    return this.#scope.waitMs ?? 0
  }
}
