#!/usr/bin/env node
// Door of the `banyan` command: keeps compiled modules, then hands over to main.ts.
// Plain JavaScript, so that a start with everything in the cache need not load what strips types: it takes 20 MB and half the CPU of a start.
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import path from 'node:path'

// Where the cache cannot be written, Node goes on without. NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE take precedence.
const directory = cacheDirectory(import.meta.dirname)
if (directory !== undefined) enableCompileCache(directory)
await import('./main.ts')

/** The nearest `node_modules/.cache/compile` at or above `from`: that of the project which uses the command. */
function cacheDirectory(from) {
  if (existsSync(path.join(from, 'node_modules'))) return path.join(from, 'node_modules/.cache/compile')
  const parent = path.dirname(from)
  return parent === from ? undefined : cacheDirectory(parent)
}
