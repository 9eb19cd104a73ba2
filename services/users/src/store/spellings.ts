import type { Sql } from 'banyan'
import { readStored } from '../email/email-address.ts'
import { FORMER_KEY } from './account-records.ts'
import { searchKey } from './account-search.ts'

/** An account whose address is also another's when spellings are compared. */
export interface Collision {
  readonly userId: string
  /** The account that has the mailbox; null for an address that is none by the rules of today. */
  readonly otherId: string | null
}

/** Accounts of one page: a few milliseconds of the store's time. */
const PAGE_SIZE = 200

interface Unspelled {
  readonly id: string
  readonly email: string | null
  readonly name: string | null
}

/**
 * Gives the next page of accounts from before spellings were compared their keys; undefined when there are none left. It can be stopped and
 * begun again at any time, since an account has either all keys or none. Of two accounts with one mailbox, the older has it; the other
 * keeps its address and is told of in the answer: nothing is merged.
 */
export async function spellPage(sql: Sql): Promise<readonly Collision[] | undefined> {
  const rows = await sql.all<Unspelled>('SELECT id, email, name FROM account WHERE search_key IS NULL ORDER BY id LIMIT ?', PAGE_SIZE)
  if (rows.length === 0) return undefined
  const wanted = rows.map((row) => ({ ...row, key: row.email === null ? null : (readStored(row.email)?.key ?? null) }))
  const owners = await ownersOf(
    sql,
    wanted.flatMap(({ key }) => key ?? []),
  )
  const collisions: Collision[] = []
  for (const { id, email, name, key } of wanted) {
    const isFree = key !== null && !owners.has(key)
    if (key !== null && isFree) owners.set(key, id)
    if (email !== null && !isFree) collisions.push({ userId: id, otherId: key === null ? null : (owners.get(key) ?? null) })
    const emailKey = isFree || email === null ? key : `${FORMER_KEY}${id}`
    const search = searchKey({ name: name ?? '', email: email ?? '', emailKey: isFree ? (key ?? '') : '' })
    await sql.run('UPDATE account SET email_key = ?, search_key = ? WHERE id = ?', emailKey, search, id)
  }
  return collisions
}

async function ownersOf(sql: Sql, keys: readonly string[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map()
  const query = `SELECT email_key AS "key", id FROM account WHERE email_key IN (${keys.map(() => '?').join(', ')})`
  const rows = await sql.all<{ key: string; id: string }>(query, ...keys)
  return new Map(rows.map(({ key, id }) => [key, id]))
}
