import { encodeParameter, type Parameter } from './values.ts'

/**
 * Messages to PostgreSQL (protocol 3.0, extended query), written by hand so that one buffer and one system call carry
 * `BEGIN` with the first statement, and the outbox rows with `COMMIT`: round trips and writes are what a short transaction costs.
 */

/** One statement of a batch. */
export interface Part {
  readonly text: string
  /** Name it is prepared under; empty for none. */
  readonly name: string
  readonly values: readonly Parameter[]
}

/** What must be sent of a part. */
export interface PartPlan extends Part {
  /** The server does not know the statement yet. */
  readonly parse: boolean
  /** We do not know its columns yet. */
  readonly describe: boolean
}

/** Writes the bytes of a batch: the parts, and one Sync that ends it. */
export function encodeBatch(parts: readonly PartPlan[]): Buffer {
  const encoded = parts.map((part) => part.values.map(encodeParameter))
  let size = SYNC.length
  for (let index = 0; index < parts.length; index++) size += partSize(parts[index] as PartPlan, encoded[index] as Encoded)
  const target: Target = { bytes: Buffer.allocUnsafe(size), at: 0 }
  for (let index = 0; index < parts.length; index++) putPart(target, parts[index] as PartPlan, encoded[index] as Encoded)
  putBytes(target, SYNC)
  return target.bytes
}

type Encoded = readonly (string | Uint8Array | null)[]
interface Target {
  readonly bytes: Buffer
  at: number
}

const SYNC = Uint8Array.of(0x53, 0, 0, 0, 4)
/** Executes the unnamed portal for all rows. */
const EXECUTE = Uint8Array.of(0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0)
/** Describes the unnamed portal. */
const DESCRIBE = Uint8Array.of(0x44, 0, 0, 0, 6, 0x50, 0)

function partSize(part: PartPlan, values: Encoded): number {
  const parse = part.parse ? parseSize(part.name, part.text) : 0
  return parse + bindSize(part.name, values) + (part.describe ? DESCRIBE.length : 0) + EXECUTE.length
}
function putPart(target: Target, part: PartPlan, values: Encoded): void {
  if (part.parse) putParse(target, part.name, part.text)
  putBind(target, part.name, values)
  if (part.describe) putBytes(target, DESCRIBE)
  putBytes(target, EXECUTE)
}

function parseSize(name: string, text: string): number {
  return 1 + 4 + Buffer.byteLength(name) + 1 + Buffer.byteLength(text) + 1 + 2
}
function putParse(target: Target, name: string, text: string): void {
  putByte(target, 0x50)
  putInt32(target, parseSize(name, text) - 1)
  putText(target, name)
  putText(target, text)
  putInt16(target, 0) // the server infers the types of the parameters
}

function bindSize(name: string, values: Encoded): number {
  let size = 1 + 4 + 1 + Buffer.byteLength(name) + 1 + 2 + 2 * values.length + 2 + 2
  for (const value of values) size += 4 + (value === null ? 0 : typeof value === 'string' ? Buffer.byteLength(value) : value.length)
  return size
}
function putBind(target: Target, name: string, values: Encoded): void {
  putByte(target, 0x42)
  putInt32(target, bindSize(name, values) - 1)
  putByte(target, 0)
  putText(target, name)
  putInt16(target, values.length)
  for (const value of values) putInt16(target, value instanceof Uint8Array ? 1 : 0)
  putInt16(target, values.length)
  for (const value of values) putValue(target, value)
  putInt16(target, 0) // all columns as text
}
function putValue(target: Target, value: string | Uint8Array | null): void {
  if (value === null) return putInt32(target, -1)
  if (typeof value !== 'string') {
    putInt32(target, value.length)
    return putBytes(target, value)
  }
  const length = target.bytes.write(value, target.at + 4)
  putInt32(target, length)
  target.at += length
}

function putByte(target: Target, byte: number): void {
  target.bytes[target.at++] = byte
}
function putInt16(target: Target, value: number): void {
  target.at = target.bytes.writeUInt16BE(value, target.at)
}
function putInt32(target: Target, value: number): void {
  target.at = target.bytes.writeInt32BE(value, target.at)
}
function putBytes(target: Target, bytes: Uint8Array): void {
  target.bytes.set(bytes, target.at)
  target.at += bytes.length
}
function putText(target: Target, text: string): void {
  target.at += target.bytes.write(text, target.at)
  putByte(target, 0)
}
