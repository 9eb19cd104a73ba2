import { createServer } from 'node:net'
import { testNetwork } from '../suite/network.testsuite.ts'
import { httpNetwork } from './http-network.ts'

testNetwork('HTTP', async (clock) => {
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
