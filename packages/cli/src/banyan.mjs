#!/usr/bin/env node
// Door of the `banyan` command: refuses a Node that cannot run the sources, keeps compiled modules, then hands over to main.ts.
// Plain JavaScript that old versions of Node can read too, so that they meet a sentence and not a SyntaxError; and so that a start with
// everything in the cache need not load what strips types: it takes 20 MB and half the CPU of a start.
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Type stripping, `node:sqlite`, `await using`. */
const NODE_MAJOR = 26
/** EX_UNAVAILABLE, see exit-code.ts. */
const EXIT_UNAVAILABLE = 69

if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR) {
  console.error(
    `banyan: Node ${NODE_MAJOR} or newer is needed; this is Node ${process.versions.node} (${process.execPath}).\n` +
      `Install it from https://nodejs.org or with your version manager. In a clone of Banyan's repository, "npm run banyan -- ${process.argv.slice(2).join(' ') || '--help'}" brings its own.`,
  )
  process.exitCode = EXIT_UNAVAILABLE
} else {
  // Where the cache cannot be written, Node goes on without. NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE take precedence.
  const directory = cacheDirectory(path.dirname(fileURLToPath(import.meta.url)))
  if (directory !== undefined) nodeModule.enableCompileCache(directory)
  await import('./main.ts')
}

/** The nearest `node_modules/.cache/compile` at or above `from`: that of the project which uses the command. */
function cacheDirectory(from) {
  if (existsSync(path.join(from, 'node_modules'))) return path.join(from, 'node_modules/.cache/compile')
  const parent = path.dirname(from)
  return parent === from ? undefined : cacheDirectory(parent)
}
