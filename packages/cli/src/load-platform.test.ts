import assert from 'node:assert/strict'
import { mkdirSync, mkdtempDisposableSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { commandFailure } from './command-failure.ts'
import { EXIT } from './exit-code.ts'
import { loadPlatform } from './load-platform.ts'

/** What a person is told about a folder with these files. */
async function told(files: Readonly<Record<string, string>>): Promise<{ text: string; exitCode: number; directory: string }> {
  using directory = mkdtempDisposableSync(path.join(tmpdir(), 'banyan-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory.path, name)), { recursive: true })
    writeFileSync(path.join(directory.path, name), content)
  }
  mkdirSync(path.join(directory.path, 'node_modules'))
  symlinkSync(path.join(import.meta.dirname, '../../banyan'), path.join(directory.path, 'node_modules/banyan'))
  const { message, details, exitCode } = await loadPlatform(directory.path).then(
    () => assert.fail('it loads'),
    (thrown: unknown) => commandFailure(thrown),
  )
  return { text: [message, ...details].join('\n').replaceAll(directory.path, ''), exitCode, directory: directory.path }
}

/** What is wrong with `platform.ts` (and the files beside it), and the first words that a person reads about it. */
const MISTAKES: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  ['no ending', { 'platform.ts': "\nimport './y'", 'y.ts': '' }, /^\/platform\.ts:2: there is no '\.\/y'; write '\.\/y\.ts'/],
  ['the ending of what is built', { 'platform.ts': "import './y.js'", 'y.ts': '' }, /^\/platform\.ts:1: .*write '\.\/y\.ts'/],
  ['a folder', { 'platform.ts': "import './y'", 'y/index.ts': '' }, /^\/platform\.ts:1: .*write '\.\/y\/index\.ts'/],
  ['no file', { 'platform.ts': "import './y.ts'" }, /^\/platform\.ts:1: there is no '\.\/y\.ts'\n/],
  ['deeper down', { 'platform.ts': "import './a.ts'", 'a.ts': "\n\nexport * from './b'", 'b.ts': '' }, /^\/a\.ts:3: .*write '\.\/b\.ts'/],
  ['no package', { 'platform.ts': "import '@acme/nowhere/sub'" }, /^\/platform\.ts:1: .*npm install @acme\/nowhere\n/],
  ['an enum', { 'platform.ts': '\nenum Color { Red }\nexport default Color' }, /^\/platform\.ts:2: .*enum.*const Color = [\s\S]*\^\^\^/],
  ['an enum of another file', { 'platform.ts': "import './a.ts'", 'a.ts': 'export enum A { B }' }, /^\/a\.ts:1: .*enum/],
  [
    'a parameter property',
    { 'platform.ts': 'export class A { constructor(private x: number) {} }' },
    /^\/platform\.ts:1: .*declare the field/,
  ],
  ['a namespace', { 'platform.ts': 'namespace A { export const b = 1 }' }, /^\/platform\.ts:1: .*a file of its own/],
  ['wrong syntax', { 'platform.ts': '\n\nexport default { a: [ }' }, /^\/platform\.ts:3: SyntaxError/],
  [
    'a type as a value',
    { 'platform.ts': "import { A } from './a.ts'\nexport default {} as A", 'a.ts': 'export interface A {}' },
    /^\/platform\.ts:1: .*import type/,
  ],
  [
    'CommonJS',
    { 'platform.ts': "export const fs = require('node:fs')", 'package.json': '{"type":"module"}' },
    /^\/platform\.ts:1: require is not defined.*write import/,
  ],
  ['an exception', { 'platform.ts': 'const x: any = undefined\nexport default x.services' }, /^\/platform\.ts:2: TypeError: Cannot read/],
  ['not an error', { 'platform.ts': "throw 'up'" }, /up/],
  [
    'a contract that is wrong',
    {
      'platform.ts': `import { contract, query, Type } from 'banyan'\ncontract('orders', { operations: { get: query('GET /api/orders/:id', { input: Type.Object({}), output: Type.Null(), access: 'public' }) } })`,
    },
    /^\/platform\.ts:2: orders\.get: path parameter ":id" names no field of the input; add it there/,
  ],
  [
    'a subpath that a package lacks',
    { 'platform.ts': "\nimport { a } from 'banyan/nope'" },
    /^\/platform\.ts:2: there is no 'banyan\/nope'; banyan has banyan, banyan\/store, .*banyan\/kernel.*\n {4}import \{ a \} from 'banyan\/nope'/,
  ],
  ['a misspelt subpath', { 'platform.ts': "import { a } from 'banyan/kernal'" }, /^\/platform\.ts:1: .*did you mean "banyan\/kernel"\?/],
  [
    'a misspelt name',
    { 'platform.ts': "\nimport { contrct } from 'banyan'" },
    /^\/platform\.ts:2: 'banyan' has no "contrct"; did you mean "contract"\? it has .*BanyanError.*command, contract,/,
  ],
  [
    'a name of nothing',
    { 'platform.ts': "import { a } from './a.ts'", 'a.ts': 'export const b = 1' },
    /^\/platform\.ts:1: '\.\/a\.ts' has no "a"; .*it has b\n/,
  ],
  [
    'a type of the toolkit as a value',
    { 'platform.ts': "import { Principal } from 'banyan'\nexport default {} as Principal" },
    /^\/platform\.ts:1: 'banyan' has "Principal" as a type alone; write import type \{ Principal \} from 'banyan'/,
  ],
  [
    'a misuse of the toolkit deeper down',
    {
      'platform.ts': "import './a.ts'",
      'a.ts': "import { contract } from 'banyan'\nfunction make() {\n  return contract('Orders', {})\n}\nmake()",
    },
    /^\/a\.ts:3: contract name "Orders" must be lower-case/,
  ],
  ['no platform', { 'platform.ts': 'export default { a: 1 }' }, /must export its platform/],
]

for (const [what, files, says] of MISTAKES)
  test(`a platform.ts with ${what} is answered with file, line and what to do`, async () => {
    const { text, exitCode } = await told(files)
    assert.match(`${text}\n`, says)
    assert.equal(exitCode, EXIT.configuration)
    assert.doesNotMatch(text, /node:internal|packages\/(?:cli|banyan)/)
  })

test('never starts the platform of a folder above, and says where that is', async () => {
  using directory = mkdtempDisposableSync(path.join(tmpdir(), 'banyan-'))
  const inside = path.join(directory.path, 'empty', 'deeper')
  mkdirSync(inside, { recursive: true })
  writeFileSync(path.join(directory.path, 'platform.ts'), 'export default { services: [] }')
  await assert.rejects(loadPlatform(inside), {
    code: 'invalid_argument',
    message: `there is no ${path.join(inside, 'platform.ts')}; there is one in ${directory.path}: go there to run that`,
  })
  assert.deepEqual((await loadPlatform(directory.path)).services, [])
})
