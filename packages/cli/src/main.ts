#!/usr/bin/env node
// Entry point of the `banyan` command: the only place of the toolkit that picks the real clock, randomness and environment.
import { runCommand } from './run-command.ts'

/** The toolkit's timers keep no process alive; without this, a command that waits for nothing else would end in the middle. */
const keepAlive = setInterval(() => {}, 3_600_000)

process.exitCode = await runCommand(process.argv.slice(2), {
  environment: process.env,
  directory: process.cwd(),
  print: (text) => process.stdout.write(`${text}\n`),
  printError: (text) => process.stderr.write(`${text}\n`),
})
clearInterval(keepAlive)
