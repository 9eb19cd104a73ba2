import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)

for (const script of ['sagas-banyan.ts', 'sagas-floor.ts'])
  test(`${script} measures at each number in flight`, async () => {
    const args = [path.join(import.meta.dirname, script), '--in-flight', '1,3', '--seconds', '0.05']
    const { stdout } = await run(process.execPath, args)
    const figures = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, number>)
    assert.deepEqual(
      figures.map(({ inFlight }) => inFlight),
      [1, 3],
    )
    for (const { inFlight = 0, sagas = 0, sagasPerSecond = 0, cpuMsPerSaga = 0, p50Ms = 0, p99Ms = 0 } of figures) {
      assert.ok(sagas >= 2 * inFlight && sagasPerSecond > 0 && cpuMsPerSaga > 0, stdout)
      assert.ok(p50Ms > 0 && p99Ms >= p50Ms, stdout)
    }
  })
