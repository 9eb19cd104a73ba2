import type { USER_STATUSES } from '../contract.ts'

/** State of an account. */
export type UserStatus = (typeof USER_STATUSES)[number]

/** Where an account can go from each state. `erased` is the end. */
const MOVES: Readonly<Record<UserStatus, readonly UserStatus[]>> = {
  pending: ['active', 'disabled', 'erasing'],
  active: ['locked', 'disabled', 'erasing'],
  locked: ['active', 'disabled', 'erasing'],
  disabled: ['active', 'erasing'],
  erasing: ['erased'],
  erased: [],
}

/** Returns the states an account can move to. */
export function allowedStatuses(from: UserStatus): readonly UserStatus[] {
  return MOVES[from]
}

/** Tells whether an account may move between two states; staying is always allowed. */
export function canMove(from: UserStatus, to: UserStatus): boolean {
  return from === to || MOVES[from].includes(to)
}

/** Tells whether anything of an account in this state may be changed, its profile and roles too. */
export function mayChange(status: UserStatus): boolean {
  return status !== 'erased'
}

/** Tells whether an account in this state may sign in and stay signed in. */
export function maySignIn(status: UserStatus): boolean {
  return status === 'active'
}
