import fc from 'fast-check'
import type { ApiOperation } from './api-document.ts'
import { type Finding, send, type Shot, type Target } from './campaign.ts'
import { flawsOf } from './flaws.ts'
import { draftOf, steps } from './steps.ts'

/** Right requests whose rules are broken one by one; several, because optional parts are not in each. */
const SAMPLES = 4

/** Requests of an operation that are right but for one thing, for each thing that can be wrong. Sent by somebody with every right. */
export function wrongShots(target: Target, operation: ApiOperation, seed: number): Shot[] {
  const callers = target.callers.filter(({ name }) => name === 'admin')
  const caller = callers[0]
  if (!caller) throw new Error('there must be a caller named "admin"')
  const seen = new Map<string, Shot>()
  for (const step of fc.sample(steps(operation, callers, 0), { numRuns: SAMPLES, seed }))
    for (const { what, draft } of flawsOf(operation, draftOf(step, target.known)))
      if (!seen.has(what)) seen.set(what, { operation, caller, draft, wrong: what })
  return [...seen.values()]
}

/** Sends each; returns the first of each operation that is not refused as declared. */
export async function sendWrong(target: Target, shots: readonly Shot[]): Promise<Finding[]> {
  const found = new Map<string, Finding>()
  for (const shot of shots) {
    const { complaint, shown } = await send(target, shot)
    const operation = shot.operation.id
    if (complaint !== undefined && !found.has(operation)) found.set(operation, { operation, complaint, requests: [shown] })
  }
  return [...found.values()]
}
