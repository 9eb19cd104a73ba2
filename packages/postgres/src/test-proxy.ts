import { connect, createServer, type Socket } from 'node:net'
import { ENDED, isReady, SYNC, withoutOptions } from './test-messages.ts'

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
  /**
   * Ends each of the next `lines` connections in the moment in which the server is ready for the `time`-th time, as a server does that an administrator
   * ends: what was ready and the end come in one segment.
   */
  endWhenReady(lines: number, time: number): void
  /** Strikes once, at the next bytes to the server that hold `text`. */
  strikeAt(text: string, strike: Strike): void
}

/** What a line carried to the server. */
interface Traffic {
  text: string
  batches: number
}

/** What a test asks of all lines. */
interface Plan {
  readonly dropsOptions: boolean
  swallows: boolean
  /** Lines that are still to end when they are ready, and the how manieth time that is. */
  endings: { lines: number; readonly time: number }
  strike: { readonly text: string; readonly how: Strike } | undefined
}

/**
 * Listens on a free loopback port and passes connections on to the server of `url`. With `dropsOptions` it leaves out what a client says of
 * options at its start, as poolers do that share connections.
 */
export async function testProxy(url: string, { dropsOptions = false } = {}): Promise<TestProxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const lines: Traffic[] = []
  const plan: Plan = { dropsOptions, swallows: false, endings: { lines: 0, time: 1 }, strike: undefined }
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}))
    lines.push(passOn(client, upstream, plan))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const through = new URL(url)
  through.hostname = '127.0.0.1'
  through.port = String((server.address() as { port: number }).port)
  return {
    url: through.href,
    batches: (text) => lines.filter((line) => line.text.includes(text)).reduce((sum, line) => sum + line.batches, 0),
    swallow() {
      plan.swallows = true
    },
    endWhenReady(count, time) {
      plan.endings = { lines: count, time }
    },
    strikeAt(text, how) {
      plan.strike = { text, how }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Passes on what comes, both ways, and strikes as planned. */
function passOn(client: Socket, upstream: Socket, plan: Plan): Traffic {
  const traffic: Traffic = { text: '', batches: 0 }
  let silent = false
  client.on('data', (bytes: Buffer) => {
    if (plan.dropsOptions && traffic.text === '') {
      traffic.text = bytes.toString('latin1')
      upstream.write(withoutOptions(bytes))
      return
    }
    traffic.text += bytes.toString('latin1')
    for (let at = bytes.indexOf(SYNC); at >= 0; at = bytes.indexOf(SYNC, at + SYNC.length)) traffic.batches++
    const struck = plan.strike !== undefined && bytes.includes(plan.strike.text) ? plan.strike.how : undefined
    if (struck !== undefined) plan.strike = undefined
    if (struck === 'silence') silent = true
    if (!silent && !plan.swallows && struck !== 'cut-before') upstream.write(bytes)
    if (struck !== 'cut-after' && struck !== 'cut-before') return
    client.destroy()
    upstream.end() // a half-closed line still carries what was written
  })
  let readyTimes = 0
  const endAt = plan.endings.lines-- > 0 ? plan.endings.time : undefined
  upstream.on('data', (bytes: Buffer) => {
    if (silent || plan.swallows) return
    if (!isReady(bytes) || ++readyTimes !== endAt) return void client.write(bytes)
    client.end(Buffer.concat([bytes, ENDED]))
    upstream.end()
  })
  client.on('close', () => upstream.end())
  upstream.on('close', () => client.destroy())
  return traffic
}
