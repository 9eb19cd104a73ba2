import path from 'node:path'
import { auditStopped, type Violation } from 'banyan/host'
import { createRuntime } from 'banyan/kernel'
import type { Command, CommandCall } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { loadPlatformFor } from '../load-platform.ts'
import { openStores } from '../open-stores.ts'
import { runningPlatform } from '../operator.ts'
import { readSettings } from '../settings.ts'
import { table } from '../table.ts'

/** `banyan audit`: checks the platform's invariants, whether it runs or not. */
export const audit: Command = {
  name: 'audit',
  summary: 'check the invariants of the data; exits 1 on a violation',
  about: `Checks the platform's invariants, e.g. that stock, money and orders agree across services.
Asks the running platform, or reads the data of a stopped one.

Exit codes: 0 all invariants hold, 1 at least one is violated, 66 there are none to check, 75 no answer in time;
all others: nothing is known.`,
  actions: { '': { arguments: [], options: {}, summary: '', run } },
}

interface Audit {
  /** False when the platform defines no invariants: then nothing was checked. */
  readonly defined: boolean
  readonly violations: readonly Violation[]
}

async function run(call: CommandCall): Promise<number> {
  const { defined, violations } = await audited(call)
  if (call.json) call.print(JSON.stringify({ defined, violations }))
  else if (!defined) call.print('No invariants are defined, so nothing was checked. Give them to platform({ services, invariants }).')
  else if (violations.length === 0) call.print('All invariants hold.')
  else call.print(`${table(violations.map(violationRow), '')}\n\n${violations.length} violated.`)
  if (!defined) return EXIT.missing
  return violations.length === 0 ? EXIT.ok : EXIT.failed
}

function violationRow({ invariant, subject, expected, actual }: Violation): Readonly<Record<string, string>> {
  return { invariant, subject, expected, actual }
}

async function audited(call: CommandCall): Promise<Audit> {
  const operator = await runningPlatform(call)
  if (!operator) return auditedStopped(call)
  const { items, defined } = (await operator.get('/violations')) as { items: readonly Violation[]; defined: boolean }
  return { defined, violations: items }
}

async function auditedStopped(call: CommandCall): Promise<Audit> {
  const settings = readSettings(call.environment, call.directory)
  const loading = loadPlatformFor(call)
  const [platform, stores] = await Promise.all([loading, openStores(settings, { platform: loading, readOnly: true })])
  platform.settings.check?.(call.environment)
  if (!platform.invariants) return { defined: false, violations: [] }
  const directory = path.join(settings.directory, 'files')
  return {
    defined: true,
    violations: await auditStopped(platform, { runtime: createRuntime(), stores, directory, environment: call.environment }),
  }
}
