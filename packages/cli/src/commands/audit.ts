import path from 'node:path'
import type { Violation } from 'banyan/host'
import { createRuntime } from 'banyan/kernel'
import type { Command, CommandCall } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { loadPlatform } from '../load-platform.ts'
import { openStores } from '../open-stores.ts'
import { connectOperator } from '../operator-client.ts'
import { readSettings } from '../settings.ts'
import { table } from '../table.ts'

/** `banyan audit`: checks the platform's invariants, whether it runs or not. */
export const audit: Command = {
  name: 'audit',
  summary: 'check the invariants of the data; exits 1 on a violation',
  help: `Usage: banyan audit [--json]

Checks the platform's invariants, e.g. that stock, money and orders agree across services.
Asks the running platform, or reads the data of a stopped one.

Exit codes: 0 all invariants hold, 1 at least one is violated.`,
  options: {},
  async run(call) {
    const operator = await connectOperator(call)
    const violations = operator ? ((await operator.get('/violations')) as { items: readonly Violation[] }).items : await auditStopped(call)
    if (call.json) call.print(JSON.stringify({ violations }))
    else if (violations.length === 0) call.print('All invariants hold.')
    else call.print(`${table(violations as never, '')}\n\n${violations.length} violated.`)
    return violations.length === 0 ? EXIT.ok : EXIT.failed
  },
}

async function auditStopped(call: CommandCall): Promise<readonly Violation[]> {
  const settings = readSettings(call.environment, call.directory)
  const [platform, stores] = await Promise.all([loadPlatform(call.directory), openStores(settings, { readOnly: true })])
  const runtime = createRuntime()
  return (
    (await platform.invariants?.({
      directory: path.join(settings.directory, 'files'),
      environment: call.environment,
      now: runtime.clock.now(),
      async open(name, read) {
        const service = platform.services.find((candidate) => candidate.name === name)
        const store = await stores.open({ service: name, migrations: service?.definition.store.migrations ?? [], runtime })
        try {
          return await store.read((tx) => read(tx.sql))
        } finally {
          await store.close()
        }
      },
    })) ?? []
  )
}
