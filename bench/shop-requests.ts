import { type RunningPlatform, startPlatform } from 'banyan/host'
import { type Clock, createRuntime, silentLogger, systemClock } from 'banyan/kernel'
import type { StoreFactory } from 'banyan/store'
import shop from '../platform.ts'
import { removeDue } from '../tests/support/remove-due.ts'
import { ENVIRONMENT } from './growth.ts'
import type { Template } from './growth-seed.ts'
import { stockArrived } from './orders.ts'
import { type Asked, shopAsker } from './shop-asker.ts'
import { everyCommand } from './shop-commands.ts'
import { assertAllAsked, assertAllRan } from './shop-coverage.ts'
import { askQueries, everyQuery } from './shop-queries.ts'

/** The shop in this process, whose data somebody else keeps. */
export interface ShopPlace {
  readonly stores: StoreFactory
  /** Where it keeps what is not in its stores. */
  readonly files: string
}

/** Starts the shop in this process. */
export function startShopHere({ stores, files }: ShopPlace): Promise<RunningPlatform> {
  return startPlatform(shop, {
    runtime: createRuntime({ log: silentLogger, clock: withoutJobs() }),
    stores,
    directory: files,
    environment: { ...ENVIRONMENT, BANYAN_METRICS_FROM: '127.0.0.1' },
    listen: { port: 0, hostname: '127.0.0.1' },
  })
}

/** Jobs that remove begin so much later at the soonest. Their batches go by the time that they took, which depends on the machine. */
const JOBS_MS = 15_000

/** A clock whose long timers never come, so that only `removeDue` removes, a few rows each time. */
function withoutJobs(): Clock {
  const clock = systemClock()
  return { ...clock, setTimer: (delayMs, callback) => (delayMs < JOBS_MS ? clock.setTimer(delayMs, callback) : () => {}) }
}

/**
 * Starts the shop, asks for everything that it answers and does, at the extremes; removes what it would remove. Throws where a request is refused
 * that was to be answered, and where an operation, or a filter of a list, was left out. Returns what was asked.
 */
export async function everyRequest(place: ShopPlace, template: Template): Promise<readonly Asked[]> {
  const running = await startShopHere(place)
  const keepAlive = setInterval(() => {}, 60_000)
  try {
    const url = `http://127.0.0.1:${running.port}`
    await stockArrived(url, template.sku)
    const asker = shopAsker(url)
    const { made, ...callers } = await everyCommand({ url, asker, template, files: place.files })
    await askQueries(asker, callers, everyQuery(template, made))
    await removeDue(running, Date.now(), 10)
    assertAllAsked(await asker.ask('GET', '/openapi.json'), asker.asked)
    assertAllRan(shop, await (await fetch(`${url}/metrics`)).text())
    return asker.asked
  } finally {
    clearInterval(keepAlive)
    await running.stop()
  }
}
