import { BanyanError } from '../../kernel/error.ts'

/** When who was refused should try again: calls that may take long end within seconds. */
const RETRY_AFTER_MS = 1_000

/** How many calls of one operation run at once. */
export interface CallPlaces {
  /** Takes a place, until it is disposed of. Throws `overloaded` when all are taken. */
  take(): Disposable
}

/** Builds the places of an operation; any number of them without `max`. `label` names it in messages. */
export function callPlaces(label: string, max: number | undefined): CallPlaces {
  if (max === undefined) return UNLIMITED
  let taken = 0
  const place = { [Symbol.dispose]: () => void taken-- }
  return {
    take() {
      if (taken >= max) {
        const message = `${max} calls of ${label} are being answered already; try again in a moment`
        throw new BanyanError('overloaded', message, { retry: 'safe', retryAfterMs: RETRY_AFTER_MS })
      }
      taken++
      return place
    },
  }
}

const FREE: Disposable = { [Symbol.dispose]() {} }
const UNLIMITED: CallPlaces = { take: () => FREE }
