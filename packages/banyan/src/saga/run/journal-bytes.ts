import { type ByteBudget, BudgetShare, textBytes } from '../../kernel/byte-budget.ts'
import { BanyanError } from '../../kernel/error.ts'
import type { SagaRecord, SagaStepRecord } from '../../store/records/saga-records.ts'

/** Memory that the outputs of one saga's steps and its input take at most: all of it is read again at each restart. */
export const JOURNAL_BYTES_MAX = 16 * 1_048_576
/** A saga without its input, and a step without its output. */
const RECORD_BYTES = 1_024

/** Memory that a saga takes when it is read from the store. */
export function sagaBytes({ record, steps }: { readonly record: SagaRecord; readonly steps: readonly SagaStepRecord[] }): number {
  return steps.reduce((bytes, step) => bytes + stepBytes(step), RECORD_BYTES + textBytes(record.input.length))
}

/** Memory that a step of a journal takes. */
export function stepBytes({ output }: Pick<SagaStepRecord, 'output'>): number {
  return RECORD_BYTES + textBytes(output?.length ?? 0)
}

/** What one saga holds in memory, as part of what the process holds. */
export class JournalBytes extends BudgetShare {
  constructor(budget: ByteBudget, bytes: number) {
    super(budget)
    this.take(bytes)
  }

  /** Throws `misuse` for an output with which the journal would be too large; `of` names what returned it. */
  assertFits(of: string, output: string | null): void {
    const bytes = this.bytes + stepBytes({ output })
    if (bytes <= JOURNAL_BYTES_MAX) return
    const what = `with the output of ${of} the saga's input and outputs take ${bytes} bytes, but at most ${JOURNAL_BYTES_MAX} are kept`
    throw new BanyanError('misuse', `${what}; store what steps make in tables and pass ids on`)
  }
}
