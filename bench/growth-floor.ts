import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { temporaryDirectory } from '@banyan/testing'
import { usedBytes } from './growth-seed.ts'
import { ORDER_TABLES, orderRows } from './order-rows.ts'

/** Returns the bytes that the bare rows of one order take in a file, of as many as are given. */
export function orderBytesFloor(orders: number): number {
  using directory = temporaryDirectory()
  const database = new DatabaseSync(path.join(directory.path, 'floor.db'))
  database.exec(`${ORDER_TABLES} BEGIN`)
  const statements = new Map(orderRows(0, '').map(({ name, text }) => [name, database.prepare(text.replaceAll('$', '?'))]))
  for (let number = 0; number < orders; number++)
    for (const { name, values } of orderRows(number, `TEST-${number % 20}`)) statements.get(name)?.run(...values)
  database.exec('COMMIT')
  database.close()
  return usedBytes(directory.path) / orders
}
