#!/usr/bin/env node
// Entry point of the `banyan` command: the only place of the toolkit that picks the real clock, randomness and environment.
import { isToldElsewhere } from 'banyan/kernel'
import { printable } from 'banyan/telemetry'
import { EXIT } from './exit-code.ts'
import { runCommand } from './run-command.ts'

/** The toolkit's timers keep no process alive; without this, a command that waits for nothing else would end in the middle. */
const keepAlive = setInterval(() => {}, 3_600_000)

// Node's own code for it is 1, which means bad news of an audit here.
process.on('uncaughtException', (error, origin) => {
  if (origin === 'unhandledRejection' && isToldElsewhere(error)) return // its transaction has failed with it
  process.stderr.write(`banyan: this is a bug: ${printable(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`)
  process.exit(EXIT.software)
})
// Who reads only the beginning (`banyan sagas | head`) has seen enough. A platform goes on without anybody who reads its banner.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (process.argv[2] !== 'start') process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.io)
})
process.stderr.on('error', () => {})

process.exitCode = await runCommand(process.argv.slice(2), {
  environment: process.env,
  directory: process.cwd(),
  print: (text) => process.stdout.write(`${text}\n`),
  printError: (text) => process.stderr.write(`${text}\n`),
})
clearInterval(keepAlive)
