import { type Sql, store } from 'banyan'
import { behaviour } from './behaviour-records.ts'
import { candidateReader } from './candidate-reader.ts'
import { offeredRecords } from './offered-records.ts'
import { migrations } from './tables.ts'

/** Words in which handlers speak of the tables. */
export const recommendationsStore = store({
  migrations,
  repository: (sql: Sql) => ({ behaviour: behaviour(sql), offered: offeredRecords(sql), candidates: candidateReader(sql) }),
})
