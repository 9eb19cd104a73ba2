import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError } from '../kernel/error.ts'
import { silentLogger } from '../kernel/logger.ts'
import { createRuntime } from '../kernel/runtime.ts'
import { platform } from './platform.ts'
import { startPlatform } from './start-platform.ts'

test('refuses settings that do not fit before anything is opened', async () => {
  let opened = 0
  const stores = {
    offer: () => ({ adapter: 'none', engines: ['sql'] }),
    open: () => {
      opened++
      return Promise.reject(new Error('opened'))
    },
    upgrade: () => {
      opened++
      return Promise.resolve()
    },
  }
  const settings = {
    known: [],
    check({ LONG, SHORT }: Readonly<Record<string, string | undefined>>) {
      if (Number(LONG) < Number(SHORT)) throw new BanyanError('failed_precondition', 'LONG is below SHORT')
    },
  }
  const asked = platform({ services: [], settings })
  const options = { runtime: createRuntime({ log: silentLogger }), stores, directory: 'files' }
  await assert.rejects(startPlatform(asked, { ...options, environment: { LONG: '1', SHORT: '2' } }), { message: 'LONG is below SHORT' })
  assert.equal(opened, 0)
  const running = await startPlatform(asked, { ...options, environment: { LONG: '2', SHORT: '1' } })
  await running.stop()
})
