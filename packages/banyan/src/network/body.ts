import { BanyanError } from '../kernel/error.ts'

/** What is sent: whole, or part by part as it becomes known. */
export type Body = Uint8Array | AsyncIterable<Uint8Array>

/** A body as it arrives. Read it once: by parts, or whole. */
export interface ReceivedBody extends AsyncIterable<Uint8Array> {
  /** Returns all of it. */
  bytes(): Promise<Uint8Array>
  /** Lets the rest go: nobody will read it. Does nothing for a body that was read. */
  cancel(): void
}

/** Where the bytes of a {@link ReceivedBody} come from. */
export interface BodySource {
  readonly parts: AsyncIterable<Uint8Array>
  readonly bytesMax: number
  /** What a reader gets to see once more than `bytesMax` have come. */
  readonly tooLarge: () => BanyanError
  /** Called when the rest is let go. */
  readonly cancel: () => void
}

/** Makes a body of its parts, and holds it to its limit. */
export function receivedBody({ parts, bytesMax, tooLarge, cancel }: BodySource): ReceivedBody {
  async function* limited(): AsyncGenerator<Uint8Array> {
    let bytes = 0
    for await (const part of parts) {
      bytes += part.byteLength
      if (bytes > bytesMax) {
        cancel()
        throw tooLarge()
      }
      yield part
    }
  }
  return {
    [Symbol.asyncIterator]: limited,
    async bytes() {
      const all: Uint8Array[] = []
      for await (const part of limited()) all.push(part)
      return all.length === 1 && all[0] ? all[0] : joined(all)
    },
    cancel,
  }
}

/** Tells whether a body is sent whole. */
export function isWhole(body: Body): body is Uint8Array {
  return body instanceof Uint8Array
}

/** The refusal of a listener whose limit a request's body passes. */
export function requestTooLarge(bytesMax: number): BanyanError {
  return new BanyanError('payload_too_large', `the request's body has more than ${bytesMax} bytes; send less at a time`)
}

/** What whoever asked learns of an answer that is too large: the other process has done its work. */
export function answerTooLarge(bytesMax: number): BanyanError {
  return new BanyanError(
    'outcome_unknown',
    `the answer has more than ${bytesMax} bytes; ask for less at a time. What was asked has happened`,
  )
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.byteLength
  }
  return all
}
