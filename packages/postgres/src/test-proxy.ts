import { connect, createServer, type Socket } from 'node:net'

/** What the proxy does with bytes on their way to the server. */
type Strike =
  /** Passes them on and cuts the line before the answer. */
  | 'cut-after'
  /** Cuts the line and does not pass them on. */
  | 'cut-before'
  /** Swallows them and everything after: the network is gone, nobody is told. */
  | 'silence'

/** A line to the server that a test may cut. */
export interface TestProxy extends AsyncDisposable {
  /** The server's URL, through the proxy. */
  readonly url: string
  /** Strikes once, at the next bytes to the server that hold `text`. */
  strikeAt(text: string, strike: Strike): void
}

/** Listens on a free loopback port and passes connections on to the server of `url`. */
export async function testProxy(url: string): Promise<TestProxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let plan: { text: string; strike: Strike } | undefined
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}))
    const cut = (): void => {
      client.destroy()
      upstream.end() // a half-closed line still carries what was written
    }
    let silent = false
    client.on('data', (bytes) => {
      const struck = plan !== undefined && bytes.includes(plan.text) ? plan.strike : undefined
      if (struck !== undefined) plan = undefined
      if (struck === 'silence') silent = true
      if (!silent && struck !== 'cut-before') upstream.write(bytes)
      if (struck === 'cut-after' || struck === 'cut-before') cut()
    })
    upstream.on('data', (bytes) => {
      if (!silent) client.write(bytes)
    })
    client.on('close', () => upstream.end())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const through = new URL(url)
  through.hostname = '127.0.0.1'
  through.port = String((server.address() as { port: number }).port)
  return {
    url: through.href,
    strikeAt(text, strike) {
      plan = { text, strike }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
