import path from 'node:path'
import { temporaryDirectory } from '@banyan/testing'
import { freePort } from '../tests/support/free-port.ts'
import { shopClient } from '../tests/support/shop-client.ts'
import { residentBytes } from '../tests/support/shop-process.ts'
import { measureOrders, type ShopFigures, WARM_UP_ORDERS } from './orders.ts'
import { startProcess } from './private-server.ts'

const SERVER = path.join(import.meta.dirname, 'start-floor-server.mjs')
const MEGABYTE = 1_048_576

/** How much a bare server is to be asked for. */
export interface StartFloorOptions {
  readonly clients: number
  readonly orders: number
}

/** Starts a bare server of one file in the shop's environment and asks it for what the shop is asked: a list of products, then orders. */
export async function benchStartFloor({ clients, orders }: StartFloorOptions): Promise<ShopFigures> {
  const directory = temporaryDirectory()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const began = performance.now()
  const server = await startProcess({
    command: process.execPath,
    args: [SERVER, path.join(directory.path, 'floor.db'), String(port)],
    ready: /serving/,
    stopSignal: 'SIGTERM',
    directory,
  })
  try {
    await shopClient(url).request('GET', '/api/products?limit=1')
    const firstAnswerMs = performance.now() - began
    const idleMb = residentBytes(server.pid) / MEGABYTE
    const target = { url, pids: [server.pid], token: 'none', skus: ['TEST-1'] }
    await measureOrders(target, clients, WARM_UP_ORDERS)
    const run = await measureOrders(target, clients, orders)
    return { firstAnswerMs, idleMb, loadedMb: residentBytes(server.pid) / MEGABYTE, runs: [run] }
  } finally {
    await server.stop()
  }
}
