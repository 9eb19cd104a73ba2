import { Worker } from 'node:worker_threads'
import type { OrderFlow } from '@shop/orders/contract'

/** One run that a thread is asked for. */
export interface RunRequest {
  readonly seed: number
  readonly flow: OrderFlow
  /** Only these of the seed's faults. */
  readonly only?: readonly string[]
}

/** How it went. */
export interface RunResult {
  readonly seed: number
  readonly flow: OrderFlow
  readonly faults: number
  readonly crashes: number
  readonly events: number
  readonly virtualMs: number
  /** Equal for two runs in which the same happened. */
  readonly trace: string
  readonly failure?: { readonly message: string; readonly only: readonly string[] }
}

/** What to run. */
export interface CampaignOptions {
  readonly requests: readonly RunRequest[]
  readonly threads: number
  /** Called after each run. */
  readonly onResult?: (result: RunResult) => void
}

/** Flow of a seed when none is asked for: both get every other one. */
export function flowOf(seed: number): OrderFlow {
  return seed % 2 === 0 ? 'choreography' : 'orchestration'
}

/** Runs the simulator on several threads until all requests are served or one has failed. Rejects when a thread itself breaks. */
export async function runCampaign({ requests, threads, onResult }: CampaignOptions): Promise<RunResult[]> {
  const waiting = [...requests]
  const results: RunResult[] = []
  let hasFailed = false
  const next = (): RunRequest | undefined => (hasFailed ? undefined : waiting.shift())
  const serve = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('worker.ts', import.meta.url))
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      const send = (): void => worker.postMessage(next() ?? 'end')
      worker.on('message', (result: RunResult) => {
        results.push(result)
        hasFailed ||= result.failure !== undefined
        onResult?.(result)
        send()
      })
      worker.on('error', reject)
      worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a thread of the simulator ended with ${code}`))))
      send()
    })
  await Promise.all(Array.from({ length: Math.max(1, Math.min(threads, requests.length)) }, serve))
  return results
}
