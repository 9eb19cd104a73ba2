import { TOO_LARGE_TO_SHOW } from '../records/shown.ts'
import { TEXT_LEFT_OUT } from './documents.ts'

/** Says in a list for people that a text was too large to be read for it. */
export function shown<T extends object>(record: T, ...fields: readonly (keyof T)[]): T {
  const leftOut = fields.filter((field) => record[field] === TEXT_LEFT_OUT)
  return leftOut.length === 0 ? record : { ...record, ...Object.fromEntries(leftOut.map((field) => [field, TOO_LARGE_TO_SHOW])) }
}
