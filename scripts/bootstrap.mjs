// The door of the repository: `npm start`, `npm test` and the other verbs come through here.
// Plain JavaScript for any Node from 18 on, because a fresh clone meets the system's Node first:
// it installs what package-lock.json asks for and hands over to the repository's own Node 26.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureInstalled } from './bootstrap/install.mjs'
import { repositoryNode } from './bootstrap/repository-node.mjs'
import { supervise } from './bootstrap/supervise.mjs'

const VERBS = {
  start: ['packages/cli/src/main.ts', 'start'],
  banyan: ['packages/cli/src/main.ts'],
  test: ['scripts/test.ts'],
  verify: ['scripts/test.ts'],
  'test:postgres': ['scripts/test.ts', '--postgres'],
  fuzz: ['tests/fuzz/run.ts'],
  bench: ['bench/run.ts'],
  mutants: ['scripts/mutants.ts'],
  chaos: ['scripts/chaos.ts'],
  sim: ['scripts/sim.ts'],
  'settings-page': ['scripts/settings-page.ts'],
  'stores-page': ['scripts/stores-page.ts'],
  format: ['node_modules/oxfmt/bin/oxfmt', '--write'],
  unused: ['node_modules/knip/bin/knip.js'],
}

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

async function main([verb, ...args]) {
  const target = VERBS[verb]
  if (!target) {
    console.error(`bootstrap: expected one of ${Object.keys(VERBS).join(', ')}; got ${verb ?? 'nothing'}.`)
    return 2
  }
  const problem = await ensureInstalled(root)
  if (problem) {
    console.error(`\n${problem.message}`)
    return problem.exitCode
  }
  const [entry, ...first] = target
  return supervise({ node: repositoryNode(root), args: [path.join(root, entry), ...first, ...args], root, directory: directoryOf(verb) })
}

// `banyan` is meant for the folder in which it was called, e.g. that of an example; npm runs scripts in the root, and says where it was called.
function directoryOf(verb) {
  if (verb !== 'banyan') return root
  const movedByNpm = process.env.npm_lifecycle_event === verb && process.cwd() === root
  return movedByNpm ? (process.env.INIT_CWD ?? root) : process.cwd()
}

process.exitCode = await main(process.argv.slice(2))
