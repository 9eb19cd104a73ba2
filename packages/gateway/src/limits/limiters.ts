import { inputFields, type OperationDefinition } from 'banyan/contract'
import { misuse, type Runtime } from 'banyan/kernel'
import {
  ADDRESS_LIMIT,
  createAddressLimiter,
  createLimiter,
  type Limiter,
  type OperationLimits,
  PUBLIC_COMMAND_LIMIT,
  type RateLimitOptions,
  SUBJECT_LIMIT,
} from './rate-limits.ts'
import { createTargetLimiter, type TargetLimiter } from './target-limiter.ts'

/** The limits that apply to everything, and those of single operations. */
export interface Limiters {
  readonly address: Limiter | undefined
  readonly subject: Limiter | undefined
  /** Returns the limits of one operation. Called once for each, when routes are compiled. */
  operation(id: string, operation: OperationDefinition): OperationLimiters
  /** Throws `misuse` when limits name an operation that nobody asked for: it would be without them, and nobody would notice. */
  checkNames(): void
}

/** The limits of one operation. */
export interface OperationLimiters {
  readonly address: Limiter | undefined
  readonly subject: Limiter | undefined
  readonly target: TargetLimiter | undefined
}

type Ports = Pick<Runtime, 'clock' | 'ids'>

const NONE: OperationLimiters = { address: undefined, subject: undefined, target: undefined }

/** Creates the limits of a gateway; none for `false`. */
export function createLimiters(options: RateLimitOptions | false, runtime: Ports): Limiters {
  if (options === false) return { address: undefined, subject: undefined, operation: () => NONE, checkNames: () => {} }
  const { clock } = runtime
  const { address = ADDRESS_LIMIT, subject = SUBJECT_LIMIT, operations = {} } = options
  const asked = new Set<string>()
  return {
    address: address === false ? undefined : createAddressLimiter('address', address, clock),
    subject: subject === false ? undefined : createLimiter('subject', subject, clock),
    operation(id, operation) {
      asked.add(id)
      return operationLimiters(id, operation, operations[id] ?? {}, runtime)
    },
    checkNames() {
      for (const id of Object.keys(operations))
        if (!asked.has(id)) misuse(`limits name operation "${id}", which the platform does not have; correct the name or leave it out`)
    },
  }
}

function operationLimiters(id: string, operation: OperationDefinition, limits: OperationLimits, runtime: Ports): OperationLimiters {
  const { clock } = runtime
  const { access, kind, input } = operation
  const { address = access === 'public' && kind === 'command' ? PUBLIC_COMMAND_LIMIT : false, subject, target } = limits
  if (target !== undefined && !inputFields(input).has(target.field))
    misuse(`the target limit of "${id}" counts by "${target.field}", which its input does not have; name a field of the input`)
  return {
    address: address === false ? undefined : createAddressLimiter(id, address, clock),
    subject: subject && createLimiter(`${id}.subject`, subject, clock),
    target: target && createTargetLimiter(`${id}.target`, target, runtime),
  }
}
