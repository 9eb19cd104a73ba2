// The architecture and the documents as checks: what no type and no lint rule can see. Prints each violation as path:line and exits 1 if there is one.
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { appBoundaries, packageBoundaries, pureDomain, serviceBoundaries } from './tidy/boundaries.ts'
import { importCircles } from './tidy/circles.ts'
import { type Document, documentViolations, type Repository } from './tidy/documents.ts'
import { engines } from './tidy/engines.ts'
import { fileLength, noDefaultExport } from './tidy/file-shape.ts'
import { layers } from './tidy/layers.ts'
import { type Lock, type Manifest, manifestViolations } from './tidy/manifests.ts'
import { ports } from './tidy/ports.ts'
import { citationViolations, promisePageViolations } from './tidy/promises.ts'
import type { Rule, Violation } from './tidy/rule.ts'
import { sourceFile } from './tidy/source-file.ts'

const RULES: readonly Rule[] = [
  layers,
  engines,
  serviceBoundaries,
  appBoundaries,
  pureDomain,
  packageBoundaries,
  ports,
  fileLength,
  noDefaultExport,
]

const SOURCES = ['{packages,services,apps}/*/src/**/*.ts', '{scripts,tests,bench,examples,settings}/**/*.ts', 'platform.ts']

/** Where users read what is promised. */
const PROMISES_PAGE = 'docs/promises.md'
/** The tests of that check. */
const CITES_ANYTHING = /^scripts\/tidy\/documents\.test\.ts$/

process.chdir(path.resolve(import.meta.dirname, '..'))
const violations = [...sourceViolations(), ...packageViolations(), ...documentationViolations()]
for (const { path: file, line, message } of violations) console.log(`${file}:${line} ${message}`)
if (violations.length > 0) console.log(`\n${violations.length} violations`)
process.exitCode = violations.length > 0 ? 1 : 0

function sourceViolations(): Violation[] {
  const files = globSync(SOURCES, { exclude: ['**/node_modules/**', '**/dist/**'] }).map((file) => file.replaceAll('\\', '/'))
  const sources = files.toSorted().map((name) => sourceFile(name, readFileSync(name, 'utf8')))
  const single = sources.flatMap((file) => [
    ...RULES.flatMap((rule) => rule(file)),
    ...(CITES_ANYTHING.test(file.path) ? [] : citationViolations(file)),
  ])
  return [...single, ...importCircles(sources)]
}

/** Documents lead where they say, and the page of promises names tests that exist. */
function documentationViolations(): Violation[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  const repository: Repository = { exists: existsSync, read: (file) => readFileSync(file, 'utf8'), scripts: new Set(Object.keys(scripts)) }
  const documents = globSync('**/*.md', { exclude: ['**/node_modules/**', '**/dist/**'] }).map((name): Document => ({
    path: name.replaceAll('\\', '/'),
    text: readFileSync(name, 'utf8'),
  }))
  return documents.flatMap((document) => [
    ...documentViolations(document, repository),
    ...(document.path === PROMISES_PAGE ? promisePageViolations(document, repository) : []),
  ])
}

function packageViolations(): Violation[] {
  const places = globSync('{packages,services,apps}/*/package.json').map((file) => path.posix.dirname(file.replaceAll('\\', '/')))
  const manifests = new Map(['', ...places.toSorted()].map((folder): [string, Manifest] => [folder, readManifest(folder)]))
  const lock: Lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  return manifestViolations(manifests, lock)
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
}
