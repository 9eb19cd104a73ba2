/** Reads the heap of another process. */
export interface HeapReader extends Disposable {
  /** Bytes that are still in use after a full collection, with what buffers hold outside the heap. */
  liveBytes(): Promise<number>
}

/** Give it to Node to make {@link openHeap} possible: an inspector on a free port of this machine. */
export const INSPECTOR_ARGUMENTS: readonly string[] = ['--inspect=127.0.0.1:0']

/** A full collection of a large heap on a busy machine. */
const ANSWER_MS_MAX = 20_000
/** What one collection frees only a second one finds: weak references, finalizers. */
const COLLECTIONS = 3

interface Reply {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** Connects to the inspector whose address a process wrote to standard error. */
export async function openHeap(standardError: string): Promise<HeapReader> {
  const address = /ws:\/\/127\.0\.0\.1:\d+\/\S+/.exec(standardError)?.[0]
  if (address === undefined)
    throw new Error(`no inspector listens; start the process with ${INSPECTOR_ARGUMENTS.join(' ')}. It wrote: ${standardError}`)
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true })
    socket.addEventListener('error', () => reject(new Error(`cannot connect to ${address}`)), { once: true })
  })
  let last = 0
  const ask = (method: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++last
      const late = setTimeout(() => reject(new Error(`${method} took longer than ${ANSWER_MS_MAX} ms`)), ANSWER_MS_MAX)
      const listen = ({ data }: MessageEvent): void => {
        const reply = JSON.parse(String(data)) as Reply
        if (reply.id !== id) return
        clearTimeout(late)
        socket.removeEventListener('message', listen)
        if (reply.error) reject(new Error(`${method}: ${reply.error.message}`))
        else resolve(reply.result)
      }
      socket.addEventListener('message', listen)
      socket.send(JSON.stringify({ id, method }))
    })
  return {
    async liveBytes() {
      for (let round = 0; round < COLLECTIONS; round++) await ask('HeapProfiler.collectGarbage')
      const { usedSize, backingStorageSize = 0 } = (await ask('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number }
      return usedSize + backingStorageSize
    },
    [Symbol.dispose]: () => socket.close(),
  }
}
