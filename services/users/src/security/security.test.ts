import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime, silentLogger } from 'banyan/kernel'
import { openSecurity } from './security.ts'

async function warningsWith(environment: Readonly<Record<string, string>>): Promise<string[]> {
  const warnings: string[] = []
  const log = { ...silentLogger, warn: (message: string) => void warnings.push(message) }
  await openSecurity({ runtime: { ...createRuntime(), log }, environment, directory: '/nowhere' })
  return warnings
}

test('warns once that mails are not sent wherever users are real, and is silent on a developer’s machine', async () => {
  for (const environment of [{}, { HOST: '127.0.0.1' }, { HOST: '::1' }, { NODE_ENV: 'development' }])
    assert.deepEqual(await warningsWith(environment), [])
  for (const environment of [{ NODE_ENV: 'production' }, { HOST: '0.0.0.0' }, { HOST: 'shop.example.org' }, { BANYAN_HTTPS: 'on' }]) {
    const [warning, ...others] = await warningsWith(environment)
    assert.deepEqual(others, [])
    assert.match(
      warning ?? '',
      /^no mail transport is configured: .* reach nobody, although .*(?:HOST|NODE_ENV|BANYAN_HTTPS).*docs\/accounts\.md$/,
    )
  }
})
