import type { Part } from './frontend-messages.ts'
import { EXPLAIN, rowsOfPlan } from './rows-read.testsuite.ts'
import { Session } from './session.ts'
import { failedPart, markPart } from './sql-failure.ts'
import type { PartResult } from './wire-batch.ts'

/** Counts what each statement of this process makes PostgreSQL read, while it is watched. Reads apart are not among them. */
export interface StatementRows extends Disposable {
  /** The most rows that one execution read in tables and indexes, by the statement's text with `?` for each placeholder. */
  readonly most: ReadonlyMap<string, number>
}

/**
 * Watches all statements that are sent from now on, until it is disposed of: the server tells the plan of each right before it runs, in the same
 * transaction, so with the same values and in the same state. What the explained one changed is undone.
 */
export function watchStatementRows(): StatementRows {
  const most = new Map<string, number>()
  const { send } = Session.prototype
  Session.prototype.send = function (this: Session, parts, partly) {
    if (isApart(this)) return send.call(this, parts, partly)
    const sent = parts.flatMap(explained)
    const own = (results: readonly PartResult[]): PartResult[] => results.filter((_, index) => sent[index]?.isOwn)
    const note = (results: readonly PartResult[]): void => {
      for (const [index, result] of results.entries()) noteRows(most, sent[index], result)
    }
    const told = (done: PartResult[]): void => {
      note(done)
      partly?.(own(done))
    }
    return send
      .call(
        this,
        sent.map(({ part }) => part),
        told,
      )
      .then(own, (error: Error) => {
        const before = sent.slice(0, failedPart(error)).filter(({ isOwn }) => isOwn)
        throw markPart(error, before.length)
      })
  }
  return { most, [Symbol.dispose]: () => void (Session.prototype.send = send) }
}

interface Sent {
  readonly part: Part
  /** Asked for by the caller, and not by the watch. */
  readonly isOwn: boolean
  /** The statement whose plan it tells. */
  readonly explains?: string
}

/** What is sent for a statement: where it has a plan, the question for it, undone where it changes something. */
function explained(part: Part): Sent[] {
  const own = { part, isOwn: true }
  if (!HAS_PLAN.test(part.text)) return [own]
  const plan = { part: { ...part, name: '', text: `${EXPLAIN} ${part.text}` }, isOwn: false, explains: part.text }
  if (!CHANGES.test(part.text)) return [plan, own]
  return [added('SAVEPOINT explained'), plan, added('ROLLBACK TO SAVEPOINT explained'), added('RELEASE SAVEPOINT explained'), own]
}

const HAS_PLAN = /^\s*(?:select|with|insert|update|delete)\b/i
const CHANGES = /^\s*(?:insert|update|delete)\b|^\s*with\b.*\b(?:insert|update|delete)\b/is

function added(text: string): Sent {
  return { part: { text, name: '', values: [] }, isOwn: false }
}

function noteRows(most: Map<string, number>, sent: Sent | undefined, { rows: [row] }: PartResult): void {
  if (sent?.explains === undefined || row === undefined) return
  const text = sent.explains.replaceAll(/\$\d+/g, '?')
  most.set(text, Math.max(most.get(text) ?? 0, rowsOfPlan(JSON.parse(String(row['QUERY PLAN'])) as object)))
}

function isApart({ client }: Session): boolean {
  const { connectionParameters } = client as unknown as { connectionParameters: { application_name?: string } }
  return connectionParameters.application_name?.endsWith(' apart') ?? false
}
