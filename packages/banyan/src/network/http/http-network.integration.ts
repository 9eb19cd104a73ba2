import { createServer } from 'node:net'
import { systemClock } from '../../kernel/clock.ts'
import { testNetwork } from '../suite/network.testsuite.ts'
import { httpNetwork } from './http-network.ts'

const clock = systemClock()

testNetwork('HTTP', async () => {
  const [caller, callee] = [httpNetwork({ clock }), httpNetwork({ clock })]
  return {
    caller,
    callee,
    nowhere: `http://127.0.0.1:${await freePort()}`,
    async [Symbol.asyncDispose]() {
      caller[Symbol.dispose]()
      callee[Symbol.dispose]()
    },
  }
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
