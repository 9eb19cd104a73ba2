import { type LaunchedShop, launchShop, type ShopProcess } from '../support/shop-process.ts'

/** What was seen of the outages of a shop. */
export interface OutageFigures {
  /** Times that a process was ended by SIGKILL. */
  kills: number
  /** From a kill, a cut or a pause to the next order that was accepted, in milliseconds. */
  readonly recoverMs: number[]
  /** From the last kill to the moment when nothing was under way any more, in milliseconds. */
  readonly quietMs: number[]
}

/** The lives of one shop: processes on the same data, one after another, seldom two at once. */
export interface ShopLives extends AsyncDisposable {
  readonly figures: OutageFigures
  /** Starts it; undefined when it killed itself before it served. Rejects when it ended in another way. */
  start(more?: Record<string, string>): Promise<ShopProcess | undefined>
  /** Starts it and does not wait until it serves. */
  launch(more?: Record<string, string>): LaunchedShop
  /** Kills a process and counts it. */
  kill(shop: LaunchedShop | ShopProcess): Promise<void>
  /** A process has killed itself. */
  struck(): void
  /** Something else began that interrupts it. */
  interrupted(): void
  /** An order was accepted: what had interrupted the shop is over. */
  recovered(): void
  /** Nothing is under way any more. */
  becameQuiet(): void
}

/** Builds the lives of a shop that has not begun. */
export function createShopLives(directory: string, environment: Record<string, string>): ShopLives {
  const figures: OutageFigures = { kills: 0, recoverMs: [], quietMs: [] }
  const living = new Set<LaunchedShop>()
  let downSince: number | undefined
  let killedAt: number | undefined
  let isOver = false

  function launch(more: Record<string, string> = {}): LaunchedShop {
    if (isOver) throw new Error('the campaign was ended; no further shop is started')
    const shop = launchShop({ directory, environment: { ...environment, ...more } })
    living.add(shop)
    void shop.ended.then(() => living.delete(shop))
    return shop
  }
  function struck(): void {
    figures.kills++
    downSince = killedAt = performance.now()
  }
  return {
    figures,
    launch,
    struck,
    async start(more) {
      const launched = launch(more)
      try {
        return await launched.ready
      } catch (error) {
        if ((await launched.ended) !== 'SIGKILL') throw error
        struck()
        return undefined
      }
    },
    async kill(shop) {
      await shop.kill()
      struck()
    },
    interrupted() {
      downSince ??= performance.now()
    },
    recovered() {
      if (downSince !== undefined) figures.recoverMs.push(performance.now() - downSince)
      downSince = undefined
    },
    becameQuiet() {
      if (killedAt !== undefined) figures.quietMs.push(performance.now() - killedAt)
      killedAt = undefined
    },
    async [Symbol.asyncDispose]() {
      isOver = true
      await Promise.all([...living].map((shop) => shop.kill()))
    },
  }
}
