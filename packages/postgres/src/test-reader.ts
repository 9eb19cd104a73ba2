import assert from 'node:assert/strict'
import type { Feed, StoredEvent } from 'banyan/store'

/** How long a reader waits for events that must come, in milliseconds. */
const PATIENCE_MS = 20_000

/**
 * Reads a feed as a consumer does, from its start, until `count` events have come; asserts that positions are dense.
 * Fails with what it saw last.
 */
export async function readEvents(feed: Feed, count: number): Promise<StoredEvent[]> {
  const seen: StoredEvent[] = []
  const giveUpAt = performance.now() + PATIENCE_MS
  while (seen.length < count) {
    const batch = await feed.read(seen.length, 200).catch(unreadable)
    for (const event of batch) {
      assert.equal(event.position, seen.length + 1, 'positions are dense')
      seen.push(event)
    }
    if (batch.length > 0) continue
    if (performance.now() > giveUpAt) assert.fail(`${seen.length} of ${count} events came; the log ends at ${await feed.head()}`)
    await hinted(feed)
  }
  return seen
}

/** A log of which nothing was removed can be read from its start: a feed that refuses has found a gap. */
function unreadable(error: Error): never {
  assert.fail(`positions are dense, so the log can be read: ${error.message}`)
}

/** Resolves at the next hint, or when it is time to poll. */
function hinted(feed: Feed): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop()
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(done, 100)
    const stop = feed.subscribe(done)
  })
}

/** Numbers of events whose `version` is not above the version before it of the same key. */
export function inversions(events: readonly Pick<StoredEvent, 'key' | 'data'>[]): number {
  const last = new Map<string, number>()
  let count = 0
  for (const { key, data } of events) {
    const { version } = JSON.parse(data) as { version: number }
    if (version <= (last.get(key) ?? 0)) count++
    last.set(key, version)
  }
  return count
}
