import type { Sql } from 'banyan'
import type { PasswordHash } from '../security/password-hash.ts'

/** Reads and writes password hashes. */
export function credentialRecords(sql: Sql) {
  return {
    async save(userId: string, { algorithm, parameters, salt, hash }: PasswordHash, now: number): Promise<void> {
      await sql.run(
        `INSERT INTO credential (user_id, algorithm, parameters, salt, hash, changed_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (user_id) DO UPDATE SET algorithm = excluded.algorithm, parameters = excluded.parameters, salt = excluded.salt,
           hash = excluded.hash, changed_at = excluded.changed_at`,
        userId,
        algorithm,
        JSON.stringify(parameters),
        salt,
        hash,
        now,
      )
    },
    async forget(userId: string): Promise<void> {
      await sql.run('DELETE FROM credential WHERE user_id = ?', userId)
    },
    async byUser(userId: string): Promise<PasswordHash | undefined> {
      const query = 'SELECT algorithm, parameters, salt, hash FROM credential WHERE user_id = ?'
      const row = await sql.get<Omit<PasswordHash, 'parameters'> & { parameters: string }>(query, userId)
      return row && { ...row, parameters: JSON.parse(row.parameters) as PasswordHash['parameters'] }
    },
  }
}
