/** The message that ends a batch. */
export const SYNC = Buffer.of(0x53, 0, 0, 0, 4)

/** What a server says whose process is ended by an administrator. */
export const ENDED = errorMessage('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')

/** The last message of each answer: ready, outside of a transaction. */
const READY = Buffer.of(0x5a, 0, 0, 0, 5, 0x49)

/** Whether an answer ends with the message that the server is ready. */
export function isReady(answer: Buffer): boolean {
  return answer.subarray(-READY.length).equals(READY)
}

/** A start-up message without its `options`: length, protocol, then names and values that end with a zero byte each, and one more. */
export function withoutOptions(message: Buffer): Buffer {
  const words = message.subarray(8, -2).toString('latin1').split('\0')
  const kept = words.flatMap((word, index) => (index % 2 === 0 && word !== 'options' ? [word, words[index + 1] ?? ''] : []))
  const body = Buffer.from([...kept, '', ''].join('\0'), 'latin1')
  const head = Buffer.from(message.subarray(0, 8))
  head.writeInt32BE(8 + body.length)
  return Buffer.concat([head, body])
}

function errorMessage(fields: string): Buffer {
  const message = Buffer.from(`E    ${fields}`, 'latin1')
  message.writeInt32BE(message.length - 1, 1)
  return message
}
