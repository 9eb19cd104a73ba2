import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Answer, ShopClient } from '../support/shop-client.ts'
import type { ShopProcess } from '../support/shop-process.ts'
import { BATCH, type Battlefield, LEASE_MS } from './battlefield.ts'
import type { Scenario } from './scenario.ts'

/** Batches in which a point must strike. */
const BATCHES_MAX = 8
/** Accounts are opened in every so manieth strike at other points than those of users: a password costs more than the orders of a batch. */
const MEMBERS_EVERY = 4
/** Customers of the load under which the shop is struck. */
const LOAD_CLIENTS = 8
/** How long a load may go on without what it waits for. */
const LOAD_MS_MAX = 60_000
/** Orders before a process is killed that will be killed again while it recovers. */
const ANSWERS_BEFORE_RECOVERY = 12
/** Longer than the lease, and than the poll by which others notice. */
const PAUSE_MS = LEASE_MS + 1_200
/** Pause of a customer who got no order. */
const REFUSED_MS = 100
/** Exit code of a process that could not finish a write. */
const DISK_FAILED = 74
/** Orders sent to a full disk. */
const FULL_BATCHES_MAX = 60

/** Carries a scenario out and leaves the shop dead. Resolves to false when a point was not reached. */
export async function strike(field: Battlefield, scenario: Scenario): Promise<boolean> {
  if (scenario.kind === 'point') return strikeAtPoint(field, scenario.point, scenario.time)
  if (scenario.kind === 'disk') {
    await fillDisk(field, scenario.refusals)
    return true
  }
  const shop = await serving(field)
  switch (scenario.kind) {
    case 'load':
      await underLoad(field, shop, scenario.answers, () => field.lives.kill(shop))
      return true
    case 'recovery':
      return killTwice(field, shop, scenario.afterMs)
    case 'pause':
      await (field.options.database ? pauseAndTakeOver(field, shop, scenario.answers) : pauseAndGoOn(field, shop, scenario.answers))
      return true
    case 'database':
    case 'connections':
    case 'refuse':
    case 'blackhole':
    case 'lock':
    case 'prepared':
      return breakDatabase(field, shop, scenario.answers, field.options.database?.troubles[scenario.kind])
  }
}

async function serving(field: Battlefield): Promise<ShopProcess> {
  const shop = await field.lives.start()
  assert.ok(shop, 'nothing kills a shop without a fault')
  await field.resume(shop)
  return shop
}

async function strikeAtPoint({ lives, clientOf, resume, customers, members }: Battlefield, point: string, time: number): Promise<boolean> {
  const shop = await lives.start({ BANYAN_FAULTS: `${point}:${time}=kill` })
  if (!shop) return true
  let alive = true
  void shop.ended.then(() => (alive = false))
  await resume(shop)
  const newMembers = point.includes('.users.') || time % MEMBERS_EVERY === 0
  for (let batch = 0; batch < BATCHES_MAX && alive; batch++) {
    await Promise.all([customers.place(clientOf(shop), BATCH), ...(newMembers && batch % 2 === 0 ? [members.register(shop.url)] : [])])
  }
  const isStopped = alive
  const end = await (alive ? shop.stop() : shop.ended) // a stop goes through points too
  if (isStopped && end === 0) return false
  assert.equal(end, 'SIGKILL', `the shop ended by itself: ${shop.errors()}`)
  lives.struck()
  return true
}

async function killTwice({ lives, ...field }: Battlefield, shop: ShopProcess, afterMs: number): Promise<boolean> {
  await underLoad({ lives, ...field }, shop, ANSWERS_BEFORE_RECOVERY, () => lives.kill(shop))
  const again = lives.launch()
  await Promise.race([delay(afterMs), again.ended])
  await lives.kill(again)
  return true
}

/** Nobody may take over SQLite files: who tries is refused, and the sleeper goes on as if nothing had been. */
async function pauseAndGoOn(field: Battlefield, shop: ShopProcess, answers: number): Promise<void> {
  const { lives, resume } = field
  await underLoad(field, shop, answers, async () => {
    shop.pause()
    const awake = delay(PAUSE_MS)
    const second = lives.launch()
    assert.equal(await second.ended, 69, `a second process is refused: ${second.errors()}`)
    await awake
    lives.interrupted()
    shop.resume()
    await resume(shop)
  })
  await underLoad(field, shop, answers, () => lives.kill(shop))
}

/** Another process takes over what the sleeper ran; the sleeper wakes up and must not commit any of it (P14). */
async function pauseAndTakeOver(field: Battlefield, first: ShopProcess, answers: number): Promise<void> {
  const { lives, customers, clientOf, resume } = field
  let second: ShopProcess | undefined
  await underLoad(field, first, answers, async () => {
    first.pause()
    lives.interrupted()
    const awake = delay(PAUSE_MS).then(() => first.resume())
    second = await lives.start()
    assert.ok(second, 'a second process starts beside one that stands still')
    await resume(second)
    await customers.place(clientOf(second), BATCH)
    await awake
    await customers.place(clientOf(second), BATCH)
  })
  await lives.kill(first)
  const left = second as unknown as ShopProcess
  await underLoad(field, left, answers, () => lives.kill(left))
}

/** Resolves to false where the database is not ours to break. */
async function breakDatabase(
  field: Battlefield,
  shop: ShopProcess,
  answers: number,
  breakIt: (() => Promise<void>) | undefined,
): Promise<boolean> {
  const { lives, resume } = field
  if (breakIt)
    await underLoad(field, shop, answers, async () => {
      lives.interrupted()
      await breakIt()
      await resume(shop)
    })
  await underLoad(field, shop, answers, () => lives.kill(shop))
  return breakIt !== undefined
}

/** What is refused on a full disk is accepted once there is room, also when the process died meanwhile. */
async function fillDisk(field: Battlefield, refusals: number): Promise<void> {
  const { lives, customers, clientOf, options } = field
  const { disk } = options
  assert.ok(disk, 'a disk is filled in campaigns on a small disk only')
  const shop = await serving(field)
  let alive = true
  void shop.ended.then(() => (alive = false))
  let refused = 0
  const counted = observed(clientOf(shop), ({ status }) => {
    if (status === 503) refused++
  })
  disk.fill()
  for (let batch = 0; batch < FULL_BATCHES_MAX && refused < refusals && alive; batch++) await customers.place(counted, BATCH)
  assert.ok(refused > 0 || !alive, 'the disk was full')
  if (alive) await lives.kill(shop)
  else assert.equal(await shop.ended, DISK_FAILED, `the shop says why it ends on a full disk: ${shop.errors()}`)
  disk.free()
  await options.database?.troubles.database?.()
}

/** Lets customers order; after so many answers does `act` while they go on, and returns when it is done and they were answered. */
async function underLoad(
  { clientOf, customers, members }: Battlefield,
  shop: ShopProcess,
  answers: number,
  act: () => Promise<void>,
): Promise<void> {
  let left = answers
  let acting: Promise<void> | undefined
  let over = false
  let died = false
  void shop.ended.then(() => (died = true))
  const counted = observed(clientOf(shop), () => {
    if (--left > 0 || acting !== undefined) return
    acting = act().finally(() => (over = true))
    acting.catch(() => {}) // told below, when all clients have come home
  })
  const end = performance.now() + LOAD_MS_MAX
  const buy = async (): Promise<void> => {
    while (!over && !died && performance.now() < end) if ((await customers.place(counted, 1)) === 0) await delay(REFUSED_MS)
  }
  await Promise.all([...Array.from({ length: LOAD_CLIENTS }, buy), members.register(shop.url)])
  assert.ok(
    acting,
    `${answers} requests are answered within ${LOAD_MS_MAX} ms; the shop ${died ? 'ended by itself' : 'runs'}: ${shop.errors()}`,
  )
  await acting
}

/** A client that tells of each answer before its caller sees it. */
function observed(client: ShopClient, onAnswer: (answer: Answer<unknown>) => void): ShopClient {
  return {
    async request<T>(...request: Parameters<ShopClient['request']>) {
      const answer = await client.request<T>(...request)
      onAnswer(answer)
      return answer
    },
  }
}
