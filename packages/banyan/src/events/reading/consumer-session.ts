import type { Runtime } from '../../kernel/runtime.ts'
import type { StoredEvent } from '../../store/records/feed.ts'
import type { Store } from '../../store/store.ts'
import type { Claim } from './claim.ts'
import type { HeldBytes } from './held-bytes.ts'
import type { RetryPolicy } from './retry-policy.ts'
import type { Subscription } from './subscription.ts'

/** What a session works with. */
export interface SessionOptions {
  /** Name of the consuming service; names its fault points. */
  readonly service: string
  readonly store: Store
  readonly subscription: Subscription
  readonly runtime: Runtime
  readonly retry: RetryPolicy
  readonly claim: Claim
  /** Counts what the session keeps of the events that it was given. */
  readonly held: HeldBytes
  /** Told after each progress of {@link Session.position}. */
  readonly progressed: () => void
  /** Told once when another instance has taken the claim; the session does nothing any more. */
  readonly lost: () => void
}

/** What one claim does with the events it is given. */
export interface Session {
  /** Position of the last event it was given. */
  readonly head: number
  /** Everything up to here is consumed, parked or skipped. */
  readonly position: number
  readonly figures: SessionFigures
  /** Takes events that follow `head` without a gap; resolves when there is room for more. Throws `fenced` for a lost claim. */
  accept(events: readonly StoredEvent[]): Promise<void>
  /** There is nothing more to read for now. Throws `fenced` for a lost claim. */
  idle(): Promise<void>
  /** Lets what runs end, within a bound, and moves the cursor; afterwards nothing starts. */
  stop(): Promise<void>
  /** Handles the parked events of a key again, in order. */
  redrive(key: string): Promise<RedriveResult>
}

/** How a redrive went. */
export interface RedriveResult {
  /** Parked events that were handled. */
  readonly redriven: number
  /** Where it stopped; undefined when nothing of the key is parked any more. */
  readonly failed: { readonly position: number; readonly error: string } | undefined
}

/** Counts of a session, for metrics and pages. */
export interface SessionFigures {
  readonly consumed: number
  readonly failedAttempts: number
  readonly parked: number
  /** Keys with parked events now. */
  readonly parkedKeys: number
  /** Handlers that run now. */
  readonly running: number
}

/** Figures of a session that has done nothing yet. */
export const noFigures: SessionFigures = { consumed: 0, failedAttempts: 0, parked: 0, parkedKeys: 0, running: 0 }
