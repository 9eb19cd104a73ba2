import { Worker } from 'node:worker_threads'

/** What the guard's thread runs. Text, so that sources and published packages start it alike. */
const GUARD = `const { workerData } = require('node:worker_threads')
setTimeout(() => process.kill(process.pid, 'SIGKILL'), workerData)`

/** The guard holds nothing; its heap is as small as V8 makes one. */
const LIMITS = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 4 }

/**
 * Kills this process in `afterMs`, from a thread of its own, so that it also ends when its loop is held by a statement or a handler.
 * Does not keep the process from ending earlier. Nothing is lost by it: what was answered is durable (P4), and the next start goes on with the rest.
 */
export function guardStop(afterMs: number): void {
  new Worker(GUARD, { eval: true, execArgv: [], workerData: afterMs, resourceLimits: LIMITS }).unref()
}
