import { BanyanError, toBanyanError } from '../../kernel/error.ts'
import type { Feed } from '../../store/records/feed.ts'
import type { ReadMark } from '../../store/records/consumption-records.ts'

/** Where only positions and ids are looked at. */
const NO_TYPES: ReadonlySet<string> = new Set()

/** Who read a log, and how far. */
export interface HistoryReader {
  /** Name of the service whose log it is. */
  readonly source: string
  /** Name of the service that read it. */
  readonly service: string
  readonly read: ReadMark
}

/**
 * Checks that a log is the one that was read. Throws `data_older`, with what to do, when an older copy of it was restored: its next events
 * would be taken for those that were consumed. Where the event in question was removed by retention there is nothing to check.
 */
export async function checkHistory(feed: Feed, { source, service, read }: HistoryReader): Promise<void> {
  const { position, id } = read
  if (position === 0) return
  try {
    if (id !== undefined) await feed.read(position, 1, { afterId: id, types: NO_TYPES })
    else await refuseShortLog(feed, position)
  } catch (thrown) {
    const error = toBanyanError(thrown)
    if (isOlderLog(error)) throw olderCopy(source, service, error)
    if (!isRemoved(error)) throw thrown
  }
}

/** Returns why a log is not the one that was read; undefined when it is. See {@link checkHistory}. */
export async function olderThanRead(feed: Feed, reader: HistoryReader): Promise<BanyanError | undefined> {
  try {
    await checkHistory(feed, reader)
    return undefined
  } catch (thrown) {
    const error = toBanyanError(thrown)
    if (isOlderLog(error)) return error
    throw thrown
  }
}

/** Whether an error of a read says that retention removed the events it needs: trying again cannot help. */
export function isRemoved(error: unknown): error is BanyanError {
  return error instanceof BanyanError && error.code === 'failed_precondition'
}

/** Whether an error says that a log is not the one that was read. It lasts: no attempt helps, only other data. */
export function isOlderLog({ code }: BanyanError): boolean {
  return code === 'data_older'
}

/** Says which service's data are an older copy, how that is known, and what to do. */
export function olderCopy(source: string, service: string, cause: BanyanError): BanyanError {
  const what = `the data of "${source}" are an older copy than those "${service}" has read from: ${cause.message}`
  const mend = `Put the newest copy of "${source}" in place, or copies of all services from one time`
  const accept = `or stop the platform and give the missing events up: banyan events accept-loss --service ${source} --reason "..."`
  return new BanyanError('data_older', `${what}. ${mend}; ${accept}`, { cause: cause.cause })
}

async function refuseShortLog(feed: Feed, position: number): Promise<void> {
  const head = await feed.head()
  if (head < position) throw new BanyanError('data_older', `events up to ${position} were read, but the log ends at ${head}`)
}
