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
  /** Batches that connections which once carried `text` have sent so far: each costs a round trip. */
  batches(text: string): number
  /** From now on swallows everything on every line, and on those to come: the server cannot be reached, nobody is told. */
  swallow(): void
  /** Strikes once, at the next bytes to the server that hold `text`. */
  strikeAt(text: string, strike: Strike): void
}

/** A start-up message without its `options`: length, protocol, then names and values that end with a zero byte each, and one more. */
function withoutOptions(message: Buffer, traffic: Traffic): Buffer {
  traffic.text = message.toString('latin1')
  const words = message.subarray(8, -2).toString('latin1').split('\0')
  const kept = words.flatMap((word, index) => (index % 2 === 0 && word !== 'options' ? [word, words[index + 1] ?? ''] : []))
  const body = Buffer.from([...kept, '', ''].join('\0'), 'latin1')
  const head = Buffer.from(message.subarray(0, 8))
  head.writeInt32BE(8 + body.length)
  return Buffer.concat([head, body])
}

/** What a line carried to the server. */
interface Traffic {
  text: string
  batches: number
}

/** The message that ends a batch. */
const SYNC = Buffer.of(0x53, 0, 0, 0, 4)

/**
 * Listens on a free loopback port and passes connections on to the server of `url`. With `dropsOptions` it leaves out what a client says of
 * options at its start, as poolers do that share connections.
 */
export async function testProxy(url: string, { dropsOptions = false } = {}): Promise<TestProxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const lines: Traffic[] = []
  let swallows = false
  let plan: { text: string; strike: Strike } | undefined
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}))
    const cut = (): void => {
      client.destroy()
      upstream.end() // a half-closed line still carries what was written
    }
    const line = { silent: false }
    const isSilent = (): boolean => line.silent || swallows
    const traffic: Traffic = { text: '', batches: 0 }
    lines.push(traffic)
    client.on('data', (bytes: Buffer) => {
      if (dropsOptions && traffic.text === '') {
        upstream.write(withoutOptions(bytes, traffic))
        return
      }
      traffic.text += bytes.toString('latin1')
      for (let at = bytes.indexOf(SYNC); at >= 0; at = bytes.indexOf(SYNC, at + SYNC.length)) traffic.batches++
      const struck = plan !== undefined && bytes.includes(plan.text) ? plan.strike : undefined
      if (struck !== undefined) plan = undefined
      if (struck === 'silence') line.silent = true
      if (!isSilent() && struck !== 'cut-before') upstream.write(bytes)
      if (struck === 'cut-after' || struck === 'cut-before') cut()
    })
    upstream.on('data', (bytes) => {
      if (!isSilent()) client.write(bytes)
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
    batches: (text) => lines.filter((line) => line.text.includes(text)).reduce((sum, line) => sum + line.batches, 0),
    swallow() {
      swallows = true
    },
    strikeAt(text, strike) {
      plan = { text, strike }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
