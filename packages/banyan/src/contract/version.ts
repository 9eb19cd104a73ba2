import { Type } from 'typebox'

/** Highest version of a record: what a column of type INTEGER holds on PostgreSQL. */
export const VERSION_MAX = 2_147_483_647

/** Version of a record, which grows by one with each change; see `ifMatch` of a command. */
export const Version = Type.Integer({ minimum: 1, maximum: VERSION_MAX })
