/** Exit codes of the command, after sysexits(3) where one fits. */
export const EXIT = {
  ok: 0,
  /** The command ran and the answer is bad news, e.g. a violated invariant. */
  failed: 1,
  /** Wrong arguments. */
  usage: 2,
  /** Data is damaged or of a newer version. */
  data: 65,
  /** Something needed is not there: the port, the running platform, the database. */
  unavailable: 69,
  /** A bug. */
  software: 70,
  /** Disk full or failing. */
  io: 74,
  /** Settings that cannot be honoured. */
  configuration: 78,
} as const

/** Returns the exit code that fits an error's code. */
export function exitCodeOf(code: string): number {
  if (code === 'unavailable' || code === 'not_found') return EXIT.unavailable
  if (code === 'storage_full') return EXIT.io
  if (code === 'data_damaged' || code === 'data_newer') return EXIT.data
  if (code === 'misuse' || code === 'failed_precondition') return EXIT.configuration
  if (code === 'invalid_argument') return EXIT.usage
  return EXIT.software
}
