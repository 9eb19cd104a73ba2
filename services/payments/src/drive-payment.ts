import { BanyanError } from 'banyan'
import { type Attempt, attemptKey } from './domain/attempt.ts'
import { afterOutcome, closed, dueMove, type PaymentGoal, type PaymentState } from './domain/payment.ts'
import { ledgerEntries } from './domain/ledger.ts'
import type { PaymentsContext, PaymentsTransaction } from './define.ts'
import { emitOutcome, emitResolved } from './payment-events.ts'
import type { FinalOutcome } from './provider/provider.ts'
import { lookUp, sendAttempt, type Sending } from './send-attempt.ts'

// Owns: the way of a payment towards a goal. The intent commits, then the request leaves, then its outcome commits together with what
// is due next; so a crash at any point leaves an attempt that can be looked up. No provider is asked inside a transaction.

/** Moves of one call at most: authorise, then void when it was closed meanwhile, plus room. */
const MOVES_MAX = 4

/** Where a payment stands: nothing due, or an attempt to be sent. */
interface Standing {
  readonly payment: PaymentState
  /** To be sent; undefined when the goal is reached or out of reach. */
  readonly due: Attempt | undefined
  /** True when another attempt was begun earlier and its outcome is not known. */
  readonly isOld: boolean
}

/** What a first transaction does before it is seen what is due, e.g. insert or close the payment. Returns the payment if it knows it. */
export type Begin = (tx: PaymentsTransaction) => Promise<PaymentState | undefined>

/**
 * Brings a payment towards `goal` and returns it as it then stands; the caller decides whether that is good.
 * Throws `outcome_unknown` or `unavailable` when that is not settled now; trying again goes on where this ended.
 */
export async function drivePayment(
  context: PaymentsContext,
  orderId: string,
  goal: PaymentGoal,
  begin: Begin,
): Promise<PaymentState | undefined> {
  let standing = await context.checkpoint(async (tx) => {
    const fresh = await begin(tx)
    return fresh ? plan(context, tx, fresh, undefined, goal) : load(context, tx, orderId, goal)
  })
  for (let moves = 0; standing?.due && moves < MOVES_MAX; moves++) {
    const { payment, due, isOld } = standing
    const sending = isOld ? await resume(context, payment, due) : await send(context, payment, due)
    if (!sending.outcome) await giveUp(context, payment, due)
    standing = await context.checkpoint((tx) => record(context, tx, sending, goal))
  }
  if (standing?.due) throw new BanyanError('unavailable', `the payment of order ${orderId} is moved by others as well; try again`)
  return standing?.payment
}

async function load(context: PaymentsContext, tx: PaymentsTransaction, orderId: string, goal: PaymentGoal): Promise<Standing | undefined> {
  const found = await tx.payments.findWithOpen(orderId)
  return found && plan(context, tx, found.payment, found.open, goal)
}

/** Says what is due and writes the intent of a new attempt. */
async function plan(
  context: PaymentsContext,
  tx: PaymentsTransaction,
  payment: PaymentState,
  open: Attempt | undefined,
  goal: PaymentGoal,
): Promise<Standing> {
  if (open) return { payment, due: open, isOld: true }
  const move = dueMove(payment, goal)
  if (!move) return { payment, due: undefined, isOld: false }
  const now = context.now()
  const isFirst = move.op === 'authorize'
  const attempt: Attempt = {
    orderId: payment.orderId,
    ...move,
    n: isFirst ? 1 : (await tx.attempts.count(payment.orderId, move.op)) + 1,
    state: 'sent',
    sentAt: now,
  }
  if (move.amountMinor === 0) return settleFree(context, tx, payment, attempt, goal)
  tx.attempts.insert(attempt, now)
  return { payment, due: attempt, isOld: false }
}

/** Nothing to pay: no provider is asked. */
async function settleFree(
  context: PaymentsContext,
  tx: PaymentsTransaction,
  payment: PaymentState,
  attempt: Attempt,
  goal: PaymentGoal,
): Promise<Standing> {
  const outcome: FinalOutcome = {
    kind: 'succeeded',
    ref: 'free',
    amount: { amountMinor: 0, currency: payment.currency },
    at: context.now(),
  }
  return write(context, tx, payment, attempt, outcome, goal)
}

function send(context: PaymentsContext, payment: PaymentState, attempt: Attempt): Promise<Sending> {
  return sendAttempt(context.resources, payment, attempt, (again) => noteSending(context, again))
}

/** Looks up what became of an attempt that was begun earlier, and sends it again when the provider does not know it. */
async function resume(context: PaymentsContext, payment: PaymentState, attempt: Attempt): Promise<Sending> {
  const found = await lookUp(context.resources, attempt)
  if (found !== 'absent') return { attempt, outcome: found }
  return send(context, payment, await noteSending(context, attempt))
}

async function noteSending(context: PaymentsContext, attempt: Attempt): Promise<Attempt> {
  const sentAt = context.now()
  await context.checkpoint((tx) => tx.attempts.noteSending(attempt, sentAt))
  return { ...attempt, sentAt }
}

/**
 * Records an outcome with all that follows from it, and what is due next. An attempt that was given up and succeeds after all, because its
 * request was held up somewhere, is taken for what it is: money to be given back.
 */
async function record(
  context: PaymentsContext,
  tx: PaymentsTransaction,
  { attempt, outcome }: Sending,
  goal: PaymentGoal,
): Promise<Standing | undefined> {
  const known = outcome as FinalOutcome
  const [isResolved, found] = await Promise.all([tx.attempts.resolve(attempt, known, context.now()), tx.payments.find(attempt.orderId)])
  const isLate = !isResolved && known.kind === 'succeeded' && (await tx.attempts.resolveLate(attempt, known, context.now()))
  if (!isResolved && !isLate) return load(context, tx, attempt.orderId, goal)
  const payment = found as PaymentState
  if (attempt.state === 'unknown') emitResolved(tx, payment, attempt, known)
  return write(context, tx, isLate ? closed(payment, 'late_authorization', true) : payment, attempt, known, goal)
}

async function write(
  context: PaymentsContext,
  tx: PaymentsTransaction,
  payment: PaymentState,
  attempt: Attempt,
  outcome: FinalOutcome,
  goal: PaymentGoal,
): Promise<Standing> {
  const now = context.now()
  const next = afterOutcome(payment, attempt, outcome)
  const movedMinor = outcome.kind === 'succeeded' ? outcome.amount.amountMinor : 0
  tx.payments.save(next, now)
  if (movedMinor > 0) book(tx, payment, attempt, movedMinor, now)
  const expiresAt = now + context.resources.provider.capabilities.authorizationTtlMs
  emitOutcome(tx, next, attempt, outcome, expiresAt)
  const isRefused = outcome.kind !== 'succeeded' && attempt.op !== 'authorize'
  return isRefused ? { payment: next, due: undefined, isOld: false } : plan(context, tx, next, undefined, goal)
}

function book(tx: PaymentsTransaction, payment: PaymentState, attempt: Attempt, amountMinor: number, at: number): void {
  const { orderId, currency, provider } = payment
  tx.ledger.append({ id: attemptKey(attempt), orderId, currency, at }, ledgerEntries(attempt.op, provider, amountMinor))
}

/** Records that nobody knows; the resolver's timer or the next try finds out. */
async function giveUp(context: PaymentsContext, payment: PaymentState, attempt: Attempt): Promise<never> {
  await context.checkpoint(async (tx) => {
    await tx.attempts.markUnknown(attempt)
    const { id: paymentId, orderId } = payment
    if (attempt.state !== 'unknown') tx.emit('payment.unknown', { paymentId, orderId, attemptId: attemptKey(attempt), op: attempt.op })
  })
  throw new BanyanError(
    'outcome_unknown',
    `nobody knows yet whether the ${attempt.op} of order ${payment.orderId} happened; it will be looked up`,
  )
}
