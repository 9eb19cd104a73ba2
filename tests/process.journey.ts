// The process as its operator meets it: what it says and how it ends when something is wrong, and that no data is lost by it.
import assert from 'node:assert/strict'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { after, suite, test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { eventually, temporaryDirectory } from '@banyan/testing'
import { type CommandResult, runBanyan } from './support/banyan-command.ts'
import { ADMIN, anOrder, registerUser, sellProducts, shopClient } from './support/shop-client.ts'
import { startShop } from './support/shop-process.ts'
import { mountSmallDisk, whyNoSmallDisk } from './support/small-disk.ts'
import { STRICT_AUDIT } from './support/strict-audit.ts'
import { dropTestSchemas } from './support/test-stores.ts'

const SCHEMA_PREFIX = `process_${process.pid}_`
const BOOKS = temporaryDirectory()
after(() => BOOKS[Symbol.dispose]())
const QUIET = {
  ...ADMIN,
  ...STRICT_AUDIT,
  BANYAN_SEED: 'off',
  BANYAN_RATE_LIMITS: 'off',
  BANYAN_PAYMENT_TIMEOUT_MS: '100',
  BANYAN_POSTGRES_SCHEMA_PREFIX: SCHEMA_PREFIX,
  ...(process.env['BANYAN_STORE'] === 'postgres' ? { BANYAN_FAKE_PROVIDER_BOOK: `${BOOKS.path}/book.db` } : {}), // one database, one book
}
/** What stands in a file of its own only on SQLite; another store's server guards its data itself. */
const FILES: { readonly skip: string | false } = {
  skip: process.env['BANYAN_STORE'] === 'postgres' ? 'feature files: the store has no files of its own' : false,
}
/** Small enough to be filled at once, large enough that seven write-ahead logs of a slow machine find room once there is some. */
const DISK_BYTES = 24 * 1024 * 1024

after(() => dropTestSchemas(SCHEMA_PREFIX))

/** Starts the platform as a command that is expected to end by itself. */
function start(directory: string, environment: Record<string, string> = {}): Promise<CommandResult> {
  return runBanyan(['start'], { environment: { ...QUIET, PORT: '0', BANYAN_DATA: directory, ...environment } })
}

/** Asserts the exit code, and an explanation for people: no stack, one or two lines. */
function assertRefused({ code, errors }: CommandResult, expected: number, says: RegExp): void {
  assert.equal(code, expected, errors)
  assert.match(errors, says)
  assert.doesNotMatch(errors, /\n\s+at |node:internal|UnhandledPromise/, 'a message, not a stack')
}

/** Fills a directory with a shop in which `orders` orders were placed; returns their keys and ids. */
async function filled(directory: string, orders = 3): Promise<{ token: string; ids: Map<string, string> }> {
  const shop = await startShop({ directory, environment: QUIET })
  try {
    await sellProducts(shop.url, 1, 1_000)
    const { token } = await registerUser(shop.url, 'ann@example.org')
    const ids = new Map<string, string>()
    for (let number = 0; number < orders; number++) ids.set(`key-${number}`, await place(shop.url, token, `key-${number}`, 20))
    return { token, ids }
  } finally {
    assert.equal(await shop.stop(), 0, shop.errors())
  }
}

async function place(url: string, token: string, key: string, waitSeconds = 0): Promise<string> {
  const prefer: Record<string, string> = waitSeconds > 0 ? { prefer: `wait=${waitSeconds}` } : {}
  const { status, body } = await shopClient(url, token).request<{ id: string }>('POST', '/api/orders', anOrder({ sku: 'TEST-1' }), {
    'idempotency-key': key,
    ...prefer,
  })
  assert.equal(status, 201, JSON.stringify(body))
  return body.id
}

/** Asserts that a start on the data serves every order that was placed, and that the books agree. */
async function assertUsable(directory: string, token: string, ids: ReadonlyMap<string, string>): Promise<void> {
  const shop = await startShop({ directory, environment: QUIET })
  try {
    for (const [key, id] of ids) assert.equal(await place(shop.url, token, key, 20), id, `order ${key} is still there`)
    const audit = await runBanyan(['audit', '--json'], { environment: { ...QUIET, BANYAN_DATA: directory } })
    assert.equal(audit.code, 0, audit.output + audit.errors)
  } finally {
    assert.equal(await shop.stop(), 0, shop.errors())
  }
}

suite('a start that cannot succeed says why', () => {
  test('a port in use', async () => {
    using directory = temporaryDirectory()
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    const refused = await start(directory.path, { PORT: String(port) }).finally(() => other.close())
    assertRefused(refused, 69, new RegExp(`port 127\\.0\\.0\\.1:${port} is in use.*PORT`))
  })

  test('a data directory that is a file', FILES, async () => {
    using directory = temporaryDirectory()
    const file = path.join(directory.path, 'data')
    writeFileSync(file, 'not a directory')
    assertRefused(await start(file), 69, /data cannot be created.*choose another data directory/)
    assert.equal(readFileSync(file, 'utf8'), 'not a directory')
  })

  test(
    'a data directory that nobody may write',
    { skip: FILES.skip || (process.getuid?.() === 0 ? 'feature rights: root may write anywhere' : false) },
    async () => {
      using directory = temporaryDirectory()
      chmodSync(directory.path, 0o500)
      assertRefused(await start(path.join(directory.path, 'data')), 69, /cannot be created.*give this user the right/)
      chmodSync(directory.path, 0o700)
    },
  )

  for (const [name, value, says] of [
    ['PORT', 'abc', /PORT is "abc"; it must be a number/],
    ['PORT', '70000', /PORT is "70000"/],
    ['BANYAN_STORE', 'mysql', /BANYAN_STORE is "mysql"; it must be "sqlite" or "postgres"/],
    ['BANYAN_LOG', 'loud', /BANYAN_LOG is "loud"; it must be/],
    ['BANYAN_ORDER_FLOW', 'both', /BANYAN_ORDER_FLOW is "both"; use orchestration or choreography/],
    ['BANYAN_PAYMENT_TIMEOUT_MS', '0', /BANYAN_PAYMENT_TIMEOUT_MS is "0"; give whole milliseconds/],
    ['BANYAN_RATE_LIMITS', 'perhaps', /BANYAN_RATE_LIMITS must be "on" or "off"/],
    ['BANYAN_FAULTS', 'crash', /BANYAN_FAULTS has "crash"; it must look like/],
  ] as const)
    test(`${name}=${value}`, async () => {
      using directory = temporaryDirectory()
      assertRefused(await start(directory.path, { [name]: value }), 78, says)
    })

  test('an address that is not of this machine', async () => {
    using directory = temporaryDirectory()
    assertRefused(await start(directory.path, { HOST: '203.0.113.1' }), 69, /cannot listen on 203\.0\.113\.1/)
  })

  test('a PostgreSQL that is not there', async () => {
    using directory = temporaryDirectory()
    const result = await start(directory.path, { BANYAN_STORE: 'postgres', POSTGRES_URL: 'postgres://nobody:secret@127.0.0.1:9/none' })
    assertRefused(result, 69, /127\.0\.0\.1:9/)
    assert.doesNotMatch(result.errors, /secret/)
  })
})

suite('data that does not fit is refused and left alone', FILES, () => {
  test('a damaged database: exit 65, and a backup in its place is served', async () => {
    using directory = temporaryDirectory()
    const data = path.join(directory.path, 'data')
    const { token, ids } = await filled(data)
    const file = path.join(data, 'orders.db')
    const backup = path.join(directory.path, 'backup')
    cpSync(data, backup, { recursive: true })
    const damaged = Buffer.from(readFileSync(file))
    damaged.fill('damage', 0, 100)
    writeFileSync(file, damaged)
    assertRefused(await start(data), 65, /orders\.db is damaged or not a database.*restore a backup/)
    assert.deepEqual(readFileSync(file), damaged, 'the damaged file is not touched')
    cpSync(path.join(backup, 'orders.db'), file)
    await assertUsable(data, token, ids)
  })

  test('a newer database: exit 65, and the newer program finds it as it was', async () => {
    using directory = temporaryDirectory()
    const { token, ids } = await filled(directory.path)
    change(directory.path, "INSERT INTO banyan_migration (id, checksum, applied_at) VALUES ('999-later', 'x', 0)")
    assertRefused(await start(directory.path), 65, /orders\.db is newer than this program.*999-later/)
    change(directory.path, "DELETE FROM banyan_migration WHERE id = '999-later'")
    await assertUsable(directory.path, token, ids)
  })

  test('a second process on the same data: exit 69, and the first goes on', async () => {
    using directory = temporaryDirectory()
    const { token, ids } = await filled(directory.path)
    const shop = await startShop({ directory: directory.path, environment: QUIET })
    assertRefused(await start(directory.path), 69, /held by process \d+.*another data directory/)
    ids.set('key-after', await place(shop.url, token, 'key-after', 20))
    assert.equal(
      (await runBanyan(['audit'], { environment: { ...QUIET, BANYAN_DATA: directory.path } })).code,
      0,
      'the operator still finds the first',
    )
    assert.equal(await shop.stop(), 0)
    await assertUsable(directory.path, token, ids)
  })

  test('an audit of a directory without data is no all-clear', async () => {
    using directory = temporaryDirectory()
    const { code, errors } = await runBanyan(['audit'], { environment: { BANYAN_DATA: path.join(directory.path, 'typo') } })
    assert.equal(code, 69, errors)
    assert.equal(existsSync(path.join(directory.path, 'typo')), false, 'and makes nothing')
  })
})

/** Why the test of a full disk does not run here; false when it does. */
function skipFullDisk(): string | false {
  if (FILES.skip) return FILES.skip
  const why = whyNoSmallDisk()
  return why !== undefined && `feature tmpfs: ${why}`
}

test('a full disk refuses orders, loses none, and goes on once there is room', { skip: skipFullDisk() }, async () => {
  using directory = temporaryDirectory()
  using disk = mountSmallDisk(directory.path, DISK_BYTES)
  const data = path.join(disk.path, 'data')
  mkdirSync(data)
  const { token, ids } = await filled(data)
  const shop = await startShop({ directory: data, environment: QUIET })
  const client = shopClient(shop.url, token)
  disk.fill()
  const refused: string[] = []
  for (let number = 0; number < 400 && refused.length < 20; number++) {
    const key = `full-${number}`
    const { status, body } = await client.request('POST', '/api/orders', anOrder({ sku: 'TEST-1' }), { 'idempotency-key': key })
    if (status === 201) ids.set(key, String(body['id']))
    else {
      refused.push(key)
      assert.equal(status, 503, JSON.stringify(body))
      assert.ok(['storage_full', 'unavailable', 'overloaded'].includes(String(body['code'])), JSON.stringify(body))
    }
  }
  assert.ok(refused.length > 0, 'the disk was full')
  disk.free()
  for (const key of refused) ids.set(key, await eventually(() => place(shop.url, token, key)))
  assert.equal(await shop.stop(), 0, shop.errors())
  await assertUsable(data, token, ids)
})

test('SIGTERM while a slow request is under way: it is answered, a new one is refused, and the process exits 0', async () => {
  using directory = temporaryDirectory()
  const own = { BANYAN_POSTGRES_SCHEMA_PREFIX: `${SCHEMA_PREFIX}slow_`, BANYAN_FAKE_PROVIDER_BOOK: '' } // on a shared server no other test meets what this one sells
  const shop = await startShop({ directory: directory.path, environment: { ...QUIET, ...own, BANYAN_FAKE_PROVIDER_SLOW_MS: '1500' } })
  await sellProducts(shop.url, 1, 10)
  const { token } = await registerUser(shop.url, 'ann@example.org')
  const client = shopClient(shop.url, token)
  let isAnswered = false
  const slow = client
    .request('POST', '/api/orders', anOrder({ sku: 'TEST-1', token: 'tok_slow' }), { 'idempotency-key': 'slow-1', prefer: 'wait=10' })
    .finally(() => (isAnswered = true))
  await eventually(async () => assert.equal(((await client.request('GET', '/api/orders')).body['items'] as unknown[]).length, 1))
  const stopped = shop.stop()
  await eventually(async () => {
    const answer = await fetch(`${shop.url}/api/products`).catch(() => undefined)
    assert.ok(answer === undefined || answer.status === 503)
  })
  assert.equal(isAnswered, false, 'the slow one is still under way')
  const { status, body } = await slow
  assert.deepEqual([status, body['status']], [201, 'confirmed'])
  assert.equal(await stopped, 0, shop.errors())
})

test('a stop under load answers what is under way and exits 0; the next start goes on', async () => {
  using directory = temporaryDirectory()
  const environment = QUIET
  const shop = await startShop({ directory: directory.path, environment })
  await sellProducts(shop.url, 1, 10_000)
  const { token } = await registerUser(shop.url, 'ann@example.org')
  const client = shopClient(shop.url, token)
  const tokens = ['tok_ok', 'tok_slow', 'tok_timeout_after', 'tok_timeout_before', 'tok_declined']
  const ids = new Map<string, string>()
  const lost: string[] = []
  let sent = 0
  let stopping: Promise<number | string> | undefined
  const buy = async (): Promise<void> => {
    while (stopping === undefined || sent < 40) {
      const key = `load-${sent++}`
      const wait: Record<string, string> = sent % 2 === 0 ? { prefer: 'wait=10' } : {}
      const token = tokens[sent % tokens.length] as string
      const before = stopping === undefined
      try {
        const { status, body } = await client.request('POST', '/api/orders', anOrder({ sku: 'TEST-1', token }), {
          'idempotency-key': key,
          ...wait,
        })
        if (status === 201) ids.set(key, String(body['id']))
        else assert.equal(status, 503, JSON.stringify(body))
      } catch (error) {
        if (before && stopping === undefined) throw error
        lost.push(key)
        return
      }
      if (sent >= 60) stopping ??= shop.stop()
    }
  }
  await Promise.all(Array.from({ length: 12 }, buy))
  assert.equal(await (stopping ??= shop.stop()), 0, shop.errors())
  assert.equal(existsSync(path.join(directory.path, 'operator.json')), false, 'nothing says that it still runs')
  const again = await startShop({ directory: directory.path, environment })
  const retried = shopClient(again.url, token)
  for (const [key, id] of ids) {
    const number = Number(key.slice(5)) + 1
    const body = anOrder({ sku: 'TEST-1', token: tokens[number % tokens.length] as string })
    const answer = await retried.request('POST', '/api/orders', body, { 'idempotency-key': key, prefer: 'wait=20' })
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    assert.equal(answer.body['id'], id)
    assert.equal(answer.body['settled'], true, JSON.stringify(answer.body))
  }
  assert.equal(await again.stop(), 0, again.errors())
})

test('writes files and directories for its owner only, whatever the umask is', FILES, async () => {
  using directory = temporaryDirectory()
  const data = path.join(directory.path, 'data')
  const before = process.umask(0)
  try {
    const shop = await startShop({ directory: data, environment: QUIET })
    await sellProducts(shop.url, 1, 10)
    const { token } = await registerUser(shop.url, 'ann@example.org')
    await place(shop.url, token, 'a-key', 20)
    const entries = [data, ...readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => path.join(data, name))]
    const modes = entries.map((entry) => ({ entry, stat: statSync(entry) }))
    assert.ok(modes.some(({ entry }) => entry.endsWith('operator.json')) && modes.some(({ entry }) => entry.endsWith('-wal')))
    for (const { entry, stat } of modes) assert.equal(stat.mode & 0o777, stat.isDirectory() ? 0o700 : 0o600, entry)
    const operator = JSON.parse(readFileSync(path.join(data, 'operator.json'), 'utf8')) as { url: string }
    assert.match(operator.url, /^http:\/\/127\.0\.0\.1:\d+$/, 'a literal address, which nobody else can be')
    assert.equal(await shop.stop(), 0, shop.errors())
  } finally {
    process.umask(before)
  }
})

test('refuses a weak admin password where other machines can try it', async () => {
  using directory = temporaryDirectory()
  const weak = { HOST: '0.0.0.0', BANYAN_ADMIN_EMAIL: 'root@example.org', BANYAN_ADMIN_PASSWORD: 'admin' }
  assertRefused(await start(directory.path, weak), 78, /BANYAN_ADMIN_PASSWORD must have .*HOST is "0\.0\.0\.0"/)
})

test('refuses a misspelt variable, and a hold that ends before the order that needs it, before anything is opened', async () => {
  using directory = temporaryDirectory()
  const misspelt = { BANYAN_ORDER_DEADLINE: '5000' }
  assertRefused(
    await start(directory.path, misspelt),
    78,
    /reads the variable BANYAN_ORDER_DEADLINE, did you mean BANYAN_ORDER_DEADLINE_MS\?/,
  )
  assertRefused(await start(directory.path, { BANYAN_HOLD_TTL_MS: '60000' }), 78, /held for 60000 ms .* pending for 120000 ms/)
  assert.deepEqual(
    readdirSync(directory.path, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.db')),
    [],
  )
})

suite('the command line', () => {
  test('helps', async () => {
    const overview = await runBanyan(['--help'])
    assert.equal(overview.code, 0)
    for (const command of ['start', 'sagas', 'events', 'projections', 'audit']) {
      assert.match(overview.output, new RegExp(`banyan ${command}`))
      const { code, output } = await runBanyan([command, '--help'])
      assert.equal(code, 0)
      assert.match(output, new RegExp(`^Usage: banyan ${command}`))
    }
  })

  test('refuses what it does not know, with exit code 2', async () => {
    for (const [args, says] of [
      [['dance'], /no command "dance"/],
      [['start', '--fast'], /Unknown option '--fast'[\s\S]*banyan start --help/],
      [['sagas', 'dance'], /no "dance"; see banyan sagas --help/],
      [['sagas', 'retry', 'orders', 'o1'], /--reason is missing/],
      [[], /^$/],
    ] as const) {
      const { code, errors } = await runBanyan(args)
      assert.equal(code, 2, `${args.join(' ')}: ${errors}`)
      assert.match(errors, says)
    }
  })

  test('answers in JSON, also when it fails', async () => {
    using directory = temporaryDirectory()
    const { code, errors } = await runBanyan(['sagas', '--json'], { environment: { BANYAN_DATA: directory.path } })
    assert.equal(code, 69)
    assert.equal((JSON.parse(errors) as { error: { code: string } }).error.code, 'unavailable')
  })

  test('outside of a project it says which file it misses', async () => {
    using directory = temporaryDirectory()
    const { code, errors } = await runBanyan(['start'], { directory: directory.path })
    assert.equal(code, 2, errors)
    assert.match(errors, /there is no .*platform\.ts/)
  })
})

function change(directory: string, sql: string): void {
  const database = new DatabaseSync(path.join(directory, 'orders.db'))
  database.exec(sql)
  database.close()
}
