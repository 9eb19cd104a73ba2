// The fake payment provider's book stands for the world outside: it must be the one that the payments in the store were made with.
import assert from 'node:assert/strict'
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@banyan/testing'
import { paidWith, type ShopPlace, shopPlace, startShop } from './shop.fixture.ts'

const OTHER_BOOK = { code: 'failed_precondition', message: /BANYAN_FAKE_PROVIDER_BOOK/ }

/** Sells something once, and returns the file of the book. */
async function tradedIn(place: ShopPlace): Promise<string> {
  await using shop = await startShop({ place })
  await shop.sell('MUG', 10)
  assert.equal((await shop.place()).status, 'confirmed')
  await shop.auditedAtRest()
  return path.join(shop.files, 'payments', 'fake-provider.db')
}

/** A place with the same stores and other files. */
function besides({ stores }: ShopPlace, directory: string): ShopPlace {
  return { directory, stores, async [Symbol.asyncDispose]() {} }
}

test('a data directory that was moved has its book with it', async () => {
  await using place = shopPlace()
  using elsewhere = temporaryDirectory()
  await tradedIn(place)
  cpSync(place.directory, elsewhere.path, { recursive: true })
  await using shop = await startShop({ place: besides(place, elsewhere.path) })
  assert.equal((await shop.place()).status, 'confirmed')
  await shop.auditedAtRest()
})

test('a shop does not start with a book of another shop, with none, or with an old one on a new database', async () => {
  await using place = shopPlace()
  await using others = shopPlace()
  const book = await tradedIn(place)
  const otherBook = await tradedIn(others)
  const kept = path.join(place.directory, 'kept.db')
  copyFileSync(book, kept)
  copyFileSync(otherBook, book)
  await assert.rejects(startShop({ place }), OTHER_BOOK)
  rmSync(book)
  await assert.rejects(startShop({ place }), OTHER_BOOK)
  copyFileSync(kept, book)
  {
    await using shop = await startShop({ place })
    await shop.auditedAtRest()
  }
  await using anew = shopPlace()
  mkdirSync(path.join(anew.directory, 'files', 'payments'), { recursive: true, mode: 0o700 })
  copyFileSync(book, path.join(anew.directory, 'files', 'payments', 'fake-provider.db'))
  await assert.rejects(startShop({ place: anew }), OTHER_BOOK)
})

test('an audit with a book of another shop says so, and does not count what does not fit', async () => {
  await using place = shopPlace()
  await using others = shopPlace()
  const otherBook = await tradedIn(others)
  await tradedIn(place)
  await using shop = await startShop({ place, environment: {} })
  await assert.rejects(shop.audit({ BANYAN_FAKE_PROVIDER_BOOK: otherBook }), OTHER_BOOK)
  await assert.rejects(shop.audit({ BANYAN_FAKE_PROVIDER_BOOK: `${otherBook}.none` }), OTHER_BOOK)
  assert.deepEqual(await shop.audit(), [])
})

test('the book keeps no token of a customer', async () => {
  await using place = shopPlace()
  await using shop = await startShop({ place })
  await shop.sell('MUG', 10)
  await shop.place(paidWith('tok_customermarker'))
  await shop.auditedAtRest()
  for (const end of ['', '-wal']) {
    const file = path.join(shop.files, 'payments', `fake-provider.db${end}`)
    if (existsSync(file)) assert.ok(!readFileSync(file).includes('tok_customermarker'), file)
  }
})

if (process.env['BANYAN_STORE'] === 'postgres') {
  test('two instances on one database and two data directories need one book, and agree with it', async () => {
    await using place = shopPlace()
    using elsewhere = temporaryDirectory()
    const second = besides(place, elsewhere.path)
    await using shop = await startShop({ place })
    await shop.sell('MUG', 10)
    await assert.rejects(startShop({ place: second }), OTHER_BOOK)
    const environment = { BANYAN_FAKE_PROVIDER_BOOK: path.join(shop.files, 'payments', 'fake-provider.db') }
    await using other = await startShop({ place: second, environment })
    for (const instance of [shop, other]) assert.equal((await instance.place()).status, 'confirmed')
    await shop.auditedAtRest()
    await other.auditedAtRest()
  })
}
