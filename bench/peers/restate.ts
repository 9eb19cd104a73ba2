// Restate: a handler of four `run` steps, called through the ingress of its single server. Handler and caller share this process.
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import * as restate from '@restatedev/restate-sdk'
import * as clients from '@restatedev/restate-sdk-clients'
import { measureSagas } from '../saga-load.ts'

const saga = restate.service({
  name: 'saga',
  handlers: {
    async fourSteps(context: restate.Context, amount: number): Promise<number> {
      const one = await context.run('one', () => ({ amount }))
      const two = await context.run('two', () => ({ amount: one.amount + 1 }))
      const three = await context.run('three', () => ({ amount: two.amount + 1 }))
      const four = await context.run('four', () => ({ amount: three.amount + 1 }))
      return four.amount
    },
  },
})

/** Attempts to register, 200 ms apart: the server's partitions take a moment after its ports are open. */
const ATTEMPTS_MAX = 100

// `url` is the ingress; `?admin=` names the port of the admin interface.
await measureSagas(async ({ url }) => {
  const { origin, searchParams } = new URL(url)
  const sessions = new Set<http2.ServerHttp2Session>()
  const server = http2.createServer(restate.createEndpointHandler({ services: [saga], logger: () => {} }))
  server.on('session', (session) => sessions.add(session))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await register(`http://127.0.0.1:${searchParams.get('admin')}`, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const client = clients.connect({ url: origin }).serviceClient<typeof saga>({ name: 'saga' })
  return {
    async run(id) {
      const result = await client.fourSteps(1)
      if (result !== 4) throw new Error(`invocation ${id}: expected 4; got ${result}`)
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy()
      server.close()
    },
  }
})

async function register(admin: string, uri: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(`${admin}/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uri }),
    }).catch((error: unknown) => error as Error)
    if (answer instanceof Response && answer.ok) return
    if (attempt === ATTEMPTS_MAX)
      throw new Error(`the deployment was not accepted: ${answer instanceof Response ? await answer.text() : answer}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
