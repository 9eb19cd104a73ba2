import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appBoundaries, packageBoundaries, pureDomain, serviceBoundaries } from './boundaries.ts'
import { fileLength, noDefaultExport } from './file-shape.ts'
import { engines } from './engines.ts'
import { layers } from './layers.ts'
import { type Manifest, manifestViolations } from './manifests.ts'
import { ports } from './ports.ts'
import type { Rule } from './rule.ts'
import { sourceFile } from './source-file.ts'

/** Each line of `text` that the rule complains about, as `line message`. */
function complaints(rule: Rule, path: string, text: string): string[] {
  return rule(sourceFile(path, text)).map(({ line, message }) => `${line} ${message}`)
}

function complains(rule: Rule, path: string, text: string, about: RegExp): void {
  const found = complaints(rule, path, text)
  assert.equal(found.length, 1, `expected one complaint about ${path}; got ${JSON.stringify(found)}`)
  assert.match(found[0] ?? '', about)
}

function accepts(rule: Rule, path: string, text: string): void {
  assert.deepEqual(complaints(rule, path, text), [])
}

test('the core has no SQL above the store port', () => {
  const path = 'packages/banyan/src/events/reading/holder.ts'
  accepts(engines, path, `import type { Hold } from '../../store/records/hold-records.ts'`)
  complains(engines, path, `import { SqlHoldRecords } from '../../store/sql/hold-records.ts'`, /of one kind of engine/)
  complains(engines, path, `import type { Sql } from '../../store/sql.ts'`, /is SQL, which is for authors only/)
  complains(engines, path, 'const HOLD = `INSERT INTO banyan_holder (name) VALUES (?)`', /above the store port/)
  accepts(engines, 'packages/banyan/src/store/sql/hold-records.ts', "const HOLD = 'DELETE FROM banyan_holder'")
  accepts(engines, 'packages/banyan/src/service/define/context.ts', `import type { Sql } from '../../store/sql.ts'`)
})

test('a layer may import the layers below it only', () => {
  const path = 'packages/banyan/src/store/store.ts'
  accepts(layers, path, `import { id } from '../kernel/ids.ts'\nimport { row } from './sql/row.ts'`)
  complains(layers, path, `\nimport type { Saga } from '../saga/saga.ts'`, /^2 store\/ may not import saga\//)
  complains(layers, path, `const m = await import('../call/index.ts')`, /may not import call\//)
  complains(layers, 'packages/banyan/src/telemetry/span.ts', `export * from '../contract/index.ts'`, /may not import contract\//)
  complains(layers, path, `import { id } from '../index.ts'`, /own index/)
  complains(layers, path, `import { id } from 'banyan/kernel'`, /by name/)
  complains(layers, 'packages/banyan/src/helpers/a.ts', '', /"helpers" is no layer/)
  accepts(layers, 'packages/banyan/src/store/store.test.ts', `import '../saga/saga.ts'`)
  accepts(layers, 'packages/banyan/src/index.ts', `export * from './host/index.ts'`)
})

test('a service imports the contract of another service and nothing else of it', () => {
  const path = 'services/orders/src/service.ts'
  accepts(
    serviceBoundaries,
    path,
    `import { catalog } from '@shop/catalog/contract'\nimport { service } from 'banyan'\nimport './define.ts'`,
  )
  complains(serviceBoundaries, path, `import { x } from '@shop/catalog'`, /import @shop\/catalog\/contract instead/)
  complains(serviceBoundaries, path, `import { x } from '@shop/catalog/src/store/table.ts'`, /only contracts are shared/)
  complains(serviceBoundaries, path, `import { x } from '../../catalog/src/contract.ts'`, /leaves the service's folder/)
  complains(serviceBoundaries, path, `import { x } from '@shop/orders/contract'`, /relative path/)
  complains(serviceBoundaries, path, `import { x } from '@banyan/postgres'`, /platform\.ts/)
  complains(serviceBoundaries, 'services/orders/src/a.test.ts', `import { x } from '@shop/catalog'`, /only contracts are shared/)
  accepts(serviceBoundaries, 'services/orders/src/a.test.ts', `import { testPlatform } from '@banyan/testing'`)
})

test('law 1: an app asks services by their contracts, an audit too', () => {
  const path = 'apps/auditor/src/invariants.ts'
  accepts(appBoundaries, path, `import { orders } from '@shop/orders/contract'\nimport { readBook } from '@shop/payments/fake-provider'`)
  complains(
    appBoundaries,
    path,
    `import { orderFacts } from '@shop/orders/audit'`,
    /by @shop\/orders\/contract, not by @shop\/orders\/audit/,
  )
  complains(appBoundaries, path, `import { ordersService } from '@shop/orders'`, /only contracts are shared/)
  accepts(appBoundaries, 'apps/gateway/src/shop.integration.ts', `import { ordersService } from '@shop/orders'`)
})

test('domain rules import kernel values, themselves and types of their contract', () => {
  const path = 'services/orders/src/domain/order.ts'
  accepts(pureDomain, path, `import type { Money } from 'banyan/kernel'\nimport { line } from './line.ts'`)
  accepts(pureDomain, path, `import type { OrderStatus } from '../contract.ts'`)
  complains(pureDomain, path, `import type { Table } from '../store/table.ts'`, /not \.\.\/store/)
  complains(pureDomain, path, `import { orders } from '../contract.ts'`, /domain\/ imports banyan\/kernel/)
  complains(pureDomain, path, `import { readFile } from 'node:fs'`, /not node:fs/)
  accepts(pureDomain, 'services/orders/src/domain/order.test.ts', `import { test } from 'node:test'`)
})

test('packages depend downwards and know no shop', () => {
  accepts(packageBoundaries, 'packages/postgres/src/a.ts', `import { x } from 'banyan/store'\nimport pg from 'pg'`)
  complains(packageBoundaries, 'packages/postgres/src/a.ts', `import { x } from '@banyan/gateway'`, /ports only/)
  complains(packageBoundaries, 'packages/banyan/src/store/a.ts', `import { x } from '@banyan/postgres'`, /core depends on no other/)
  complains(packageBoundaries, 'packages/gateway/src/a.ts', `import { x } from '@banyan/cli'`, /gateway may not import/)
  complains(packageBoundaries, 'packages/gateway/src/a.ts', `import { x } from '@shop/users/contract'`, /does not know the shop/)
  complains(packageBoundaries, 'packages/gateway/src/a.ts', `import { x } from '../../banyan/src/index.ts'`, /leaves the package/)
  accepts(packageBoundaries, 'packages/cli/src/a.ts', `import { x } from '@banyan/gateway'`)
})

test('library code takes time, randomness and environment from ports', () => {
  const path = 'packages/gateway/src/limit.ts'
  for (const call of [
    'Date.now()',
    'new Date()',
    'Math.random()',
    'performance.now()',
    'crypto.randomUUID()',
    'process.env.X',
    'setInterval(f, 1)',
  ]) {
    complains(ports, path, `\nconst x = ${call}`, /^2 .*in library code/)
    accepts(ports, path, `// ${call}\nconst s = '${call}' + \`${call}\``)
    accepts(ports, 'packages/gateway/src/limit.test.ts', call)
    accepts(ports, 'packages/banyan/src/kernel/clock.ts', call)
  }
  complains(ports, path, '`text ${`deep ${Date.now()}`} Math.random()`', /Date\.now/)
  complains(ports, path, "const quote = /['\"`]/; Date.now() // '", /Date\.now/)
  accepts(ports, path, 'clock.setTimeout(run, 5); new Date(0); my.Date.now()')
})

test('a file has at most 400 lines', () => {
  accepts(fileLength, 'scripts/a.ts', 'x\n'.repeat(400))
  complains(fileLength, 'scripts/a.ts', 'x\n'.repeat(401), /401 lines/)
})

test('only platform.ts and configuration export a default', () => {
  complains(noDefaultExport, 'packages/cli/src/a.ts', '\nexport default 1', /^2 /)
  complains(noDefaultExport, 'packages/cli/src/a.ts', 'export { a as default }', /^1 /)
  accepts(noDefaultExport, 'platform.ts', 'export default 1')
})

test('workspaces have one version, one version of each dependency and a lock that agrees', () => {
  const root: Manifest = { name: 'root', version: '0.1.0', license: 'Apache-2.0', dependencies: { pg: '8.0.0' } }
  const messages = (member: Partial<Manifest>, lock: Partial<Manifest> = member) =>
    manifestViolations(
      new Map([
        ['', root],
        ['packages/a', { ...root, ...member }],
      ]),
      { packages: { '': root, 'packages/a': { ...root, ...lock } } },
    ).map((violation) => violation.message)
  assert.deepEqual(messages({}), [])
  assert.match(messages({ version: '0.2.0' }).join('\n'), /^version 0\.2\.0; all workspaces have one version, 0\.1\.0$/)
  assert.match(messages({ dependencies: { pg: '8.0.1' } }).join('\n'), /^pg 8\.0\.1, but 8\.0\.0 elsewhere/)
  assert.match(messages({ dependencies: { jose: '^6.0.0' } }).join('\n'), /^jose "\^6\.0\.0": pin/)
  assert.match(messages({ dependencies: { jose: '6.0.0' } }, {}).join('\n'), /^package-lock\.json has other dependencies/)
})
