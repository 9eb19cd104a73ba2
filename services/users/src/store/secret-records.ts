import type { Sql } from 'banyan'

/** Reads and writes secrets of the service itself, base64url. */
export function secretRecords(sql: Sql) {
  return {
    async byName(name: string): Promise<string | undefined> {
      return (await sql.get<{ value: string }>('SELECT value FROM service_secret WHERE name = ?', name))?.value
    },
    /** Keeps a secret unless there is one of that name: another process may have been faster. */
    async keep(name: string, value: string, now: number): Promise<void> {
      await sql.run('INSERT INTO service_secret (name, value, created_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING', name, value, now)
    },
  }
}
