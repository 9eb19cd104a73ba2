import type { CancelTimer, Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import type { ProjectionSource } from './generation.ts'

/** How far new tables are filled. */
export interface RebuildProgress {
  /** Version of the definition that fills them. */
  readonly version: number
  /** Events of all sources that they contain. */
  readonly done: number
  /** Events that there are. */
  readonly of: number
}

/** What is filled: its version, and how far it is in each source. */
export interface Filling {
  readonly record: { readonly version: number }
  position(source: string): Promise<number>
}

/** How often the log tells how far a rebuild is. */
const TELL_MS = 5_000

/** Tells how far tables are filled. */
export async function rebuildProgress(filling: Filling, sources: readonly ProjectionSource[]): Promise<RebuildProgress> {
  let done = 0
  let of = 0
  for (const { source, feed } of sources) {
    const head = await feed.head()
    done += Math.min(await filling.position(source), head)
    of += head
  }
  return { version: filling.record.version, done, of }
}

/** Says in the log that a rebuild goes on, and how far it is, every few seconds. Returns how to end. */
export function tellProgress(
  clock: Pick<Clock, 'setTimer'>,
  log: Logger,
  progress: () => Promise<RebuildProgress | undefined>,
): () => void {
  let cancel: CancelTimer | undefined
  let isOver = false
  const later = (): void => {
    if (!isOver) cancel = clock.setTimer(TELL_MS, () => void tell())
  }
  async function tell(): Promise<void> {
    try {
      const reached = await progress()
      if (reached && !isOver) log.warn('a projection is being rebuilt; its old tables serve', { ...reached })
    } catch (error) {
      log.warn('how far a rebuild is cannot be told for now', { error })
    }
    later()
  }
  later()
  return () => {
    isOver = true
    cancel?.()
  }
}
