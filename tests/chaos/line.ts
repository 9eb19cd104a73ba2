import { connect, createServer, type Server, type Socket } from 'node:net'

/** The network between the shop and its database, to be broken at will. */
export interface Line extends AsyncDisposable {
  /** The database's URL through it. */
  readonly url: string
  /** Cuts every connection and takes none until {@link restore}: who tries is refused at once. */
  refuse(): Promise<void>
  /** Carries nothing any more, on old connections and new ones; nobody is told. */
  swallow(): void
  /** Works again. What was swallowed is lost, and so is the connection that it was on. */
  restore(): Promise<void>
}

/** Listens on a free loopback port and carries what comes to the server that `url` names, and back. */
export async function openLine(url: string): Promise<Line> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let swallows = false
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    }
    carry(client, upstream, () => swallows)
    carry(upstream, client, () => swallows)
  })
  const port = await listen(server, 0)
  const through = new URL(url)
  through.port = String(port)
  const cut = (): void => sockets.forEach((socket) => socket.destroy())
  return {
    url: through.href,
    async refuse() {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
    swallow() {
      swallows = true
    },
    async restore() {
      swallows = false
      cut()
      if (!server.listening) await listen(server, port)
    },
    async [Symbol.asyncDispose]() {
      cut()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

function carry(from: Socket, to: Socket, swallows: () => boolean): void {
  from.on('data', (bytes) => {
    if (!swallows()) to.write(bytes)
  })
  from.on('close', () => to.end())
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
}
