import { BanyanError } from '../../kernel/error.ts'

/** Ends a transaction that would move a saga forward although somebody asked for its rollback. */
export class RollbackRequested extends BanyanError {
  /** Why the rollback was asked for. */
  readonly reason: string

  constructor(sagaId: string, reason: string) {
    super('cancelled', `saga ${sagaId} was asked to roll back: ${reason}`)
    this.reason = reason
  }
}
