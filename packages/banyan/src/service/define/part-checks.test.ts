import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract, event, Type } from '../../contract/index.ts'
import { platform } from '../../host/platform.ts'
import { store } from '../../store/definition.ts'
import { define } from './define.ts'
import { removeAged } from './retention.ts'
import { service } from './service.ts'

const things = contract('things', { events: { 'thing.told': event({ key: 'id', data: Type.Object({ id: Type.String() }) }) } })
const made = define(things)
const work = async () => {}
/** What plain JavaScript and object spreads can say. */
const loose = (options: object): never => options as never
const refuses = (run: () => unknown, message: RegExp, what?: string): void => assert.throws(run, { code: 'misuse', message }, what)

test('says what was meant by an option that there is not, wherever a service is declared', () => {
  refuses(() => define(things, loose({ use: [] })), /^service things: define\(\) has "use".*did you mean "uses"\?/)
  refuses(
    () => made.on('thing.told', work, loose({ wen: () => true })),
    /^service things: on "thing\.told" has "wen".*did you mean "when"\?/,
  )
  refuses(() => made.operation('x' as never, work as never, loose({ read: [] })), /operation "x" has "read".*did you mean "reads"\?/)
  refuses(() => made.saga('s1', work, loose({ dedline: '1s' })), /saga "s1" has "dedline".*did you mean "deadline"\?/)
  refuses(() => made.projection('p1', loose({ tables: () => [], on: {}, verson: 2 })), /projection "p1" has "verson".*"version"\?/)
  refuses(() => service(made.definition, loose({ timer: [] })), /^service things: service\(\) has "timer".*did you mean "timers"\?/)
  refuses(() => service(made.definition, loose({ retention: { saga: '1d' } })), /retention has "saga".*did you mean "sagas"\?/)
  refuses(() => service(made.definition, loose({ routes: { prefx: '/a', plugin: work } })), /routes has "prefx".*did you mean "prefix"\?/)
  refuses(() => store(loose({ migration: [], repository: () => ({}) })), /^store\(\) has "migration".*did you mean "migrations"\?/)
  refuses(() => removeAged(loose({ name: 'a', table: 'a', key: 'a', time: 'a', keptms: 1 })), /removeAged\(\) has "keptms".*"keptMs"\?/)
  refuses(() => platform(loose({ services: [], gatway: {} })), /^platform\(\) has "gatway".*did you mean "gateway"\?/)
  refuses(() => platform(loose({ services: [], storeSizes: { poolmax: 1 } })), /storeSizes of platform\(\) has "poolmax".*"poolMax"\?/)
})

test('takes an option that is undefined, as a spread leaves it', () => {
  define(things, loose({ uses: undefined, resources: undefined }))
  made.on('thing.told', work, loose({ when: undefined, consumer: undefined }))
  platform(loose({ services: [], gateway: undefined, storeSizes: { poolMax: undefined, writers: 1 } }))
})

const BAD = ['', ' ', 'a b', 'a.b', 'a\n', 'a\u0000', 'projection:x', '__proto__', 'constructor', 'prototype', 'toString', 'then']
test('refuses names of timers, sagas, read models, consumers, rules and checks that a path or a table cannot hold', () => {
  for (const name of BAD) {
    refuses(() => made.timer(name, work), /^service things: timer "/, name)
    refuses(() => made.saga(name, work), /^service things: saga "/, name)
    refuses(() => made.projection(name, { tables: () => [], on: {} }), /^service things: projection "/, name)
    refuses(() => made.on('thing.told', work, { consumer: name }), /^service things: consumer "/, name)
    refuses(() => service(made.definition, { health: { [name]: work } }), /^service things: check of health "/, name)
    refuses(
      () => service(made.definition, { retention: { rules: [{ name, remove: async () => 0 }] } }),
      /^service things: rule of retention "/,
      name,
    )
  }
})

test('refuses what could only fail when its turn comes', () => {
  refuses(() => made.timer('t1', undefined as never), /handler of timer "t1" is undefined; give a function/)
  refuses(
    () => made.on('thing.told', work, loose({ from: 'begining' })),
    /from of on "thing\.told" is "begining"; give one of beginning, now/,
  )
  refuses(() => made.on('thing.told', work, loose({ when: true })), /when of on "thing\.told" is true; give a function/)
  refuses(() => made.saga('s1', work, { version: 0 }), /version of saga "s1" is 0; give a whole number from 1 on/)
  refuses(() => made.projection('p1', loose({ on: {} })), /tables of projection "p1" is undefined/)
  refuses(() => service(made.definition, undefined as never), /service\(\) is null; give an object with operations/)
  refuses(() => service(made.definition, loose({ prepare: true })), /prepare is true; give a function/)
  refuses(() => service(made.definition, loose({ health: { disk: true } })), /check of health "disk" is true/)
  refuses(() => store(loose({ migrations: [] })), /repository undefined; give a function/)
  refuses(() => platform(loose({})), /services undefined; give a list/)
  for (const size of [0, -1, 1.5, '4', NaN])
    refuses(() => platform(loose({ services: [], storeSizes: { poolMax: size } })), /poolMax .*whole number above 0/)
})
