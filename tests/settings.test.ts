import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { settingNames, TOOLKIT_SETTINGS } from '@banyan/cli'
import shop from '../platform.ts'
import { settingsPage } from '../scripts/settings-page/page.ts'
import { checkSettings } from '../settings/check-settings.ts'
import { SHOP_SETTINGS } from '../settings/shop-settings.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const ALL = [...TOOLKIT_SETTINGS, ...SHOP_SETTINGS]
const SERVICES = shop.contracts.map(({ name }) => name)
const NAMES = settingNames(ALL, SERVICES)
/** Where a name stands that something reads: not in the tables and what is made of them, and not as a name in a sentence. */
const READERS = globSync('{packages,services,apps,settings,scripts,tests,bench,examples}/**/*.{ts,mjs}', {
  cwd: ROOT,
  exclude: ['**/node_modules/**', 'bench/peers/**', '**/*setting-table.ts', 'settings/shop-settings.ts', 'scripts/settings-page/**'],
})
/** A name as code: in quotes of its own, behind a dot, or as a field. */
const READ = /(?:['"]|\.|[{,]\s*)(BANYAN_[A-Z][A-Z_]*)(?=['"\s),;\]:]|$)/gm

test('every variable that something reads is in a table, and every one of a table is read', () => {
  const read = new Set<string>()
  for (const file of READERS) {
    const isProduct = /^(?:packages|services|apps)\//.test(file) && !/\.(?:test|integration|postgres|testsuite|fixture)\.ts$/.test(file)
    for (const [, name = ''] of readFileSync(path.join(ROOT, file), 'utf8').matchAll(READ)) {
      read.add(name)
      const isKnown = NAMES.includes(name) || ALL.some((setting) => setting.name.startsWith(`${name}<`))
      if (isProduct) assert.ok(isKnown, `${file} reads ${name}, which is in no table of settings`)
    }
  }
  const ours = ALL.map(({ name }) => name.replace(/<.*/, '')).filter((name) => name.startsWith('BANYAN_'))
  assert.deepEqual(
    ours.filter((name) => !read.has(name)),
    [],
    'nobody reads these',
  )
  assert.ok(read.size >= ours.length && ours.length > 50)
})

test('a variable stands in one table once', () => {
  assert.deepEqual(NAMES, [...new Set(NAMES)])
})

test('the page of settings is made from the tables', () => {
  const page = readFileSync(path.join(ROOT, 'docs/settings.md'), 'utf8')
  assert.equal(page, settingsPage(), 'run: npm run settings-page')
})

test('documents name no variable that there is not', () => {
  for (const file of globSync('{*.md,docs/**/*.md}', { cwd: ROOT, exclude: ['docs/settings.md'] }))
    for (const [name] of readFileSync(path.join(ROOT, file), 'utf8').matchAll(/BANYAN_[A-Z][A-Z_]*[A-Z]/g))
      assert.ok(NAMES.includes(name), `${file}: ${name}`)
})

test('goods are held for as long as an order may need them', () => {
  checkSettings({})
  const unfit = [
    { BANYAN_HOLD_TTL_MS: '60000' },
    { BANYAN_HOLD_TTL_MS: '120000' },
    { BANYAN_HOLD_TTL_MS: '179999' },
    { BANYAN_ORDER_DEADLINE_MS: '900000', BANYAN_AUDIT_ENDED_WITHIN_MS: '0' },
    { BANYAN_ORDER_DEADLINE_MS: '5000', BANYAN_HOLD_TTL_MS: '5000' },
  ]
  for (const environment of unfit)
    assert.throws(() => checkSettings(environment), {
      code: 'failed_precondition',
      message: /\d ms \(BANYAN_HOLD_TTL_MS\).*\d ms \(BANYAN_ORDER_DEADLINE_MS\)/,
    })
  assert.throws(() => checkSettings({ BANYAN_HOLD_TTL_MS: '60000' }), /held for 60000 ms .*pending for 120000 ms .*at least 180000 ms/)
  for (const environment of [{ BANYAN_HOLD_TTL_MS: '180000' }, { BANYAN_ORDER_DEADLINE_MS: '5000', BANYAN_HOLD_TTL_MS: '10000' }])
    checkSettings(environment)
})

test('an audit takes no order as lost that may be under way', () => {
  const late = { BANYAN_ORDER_DEADLINE_MS: '600000' }
  assert.throws(() => checkSettings(late), /after 300000 ms \(BANYAN_AUDIT_ENDED_WITHIN_MS\).*pending for 600000 ms .*at least 660000 ms/)
  assert.throws(() => checkSettings({ BANYAN_AUDIT_ENDED_WITHIN_MS: '1000' }), { code: 'failed_precondition' })
  for (const within of ['0', '660000']) checkSettings({ ...late, BANYAN_AUDIT_ENDED_WITHIN_MS: within })
})
