/** Exit codes of the command, after sysexits(3) where one fits. {@link EXIT_MEANINGS} says what each means. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  data: 65,
  missing: 66,
  unavailable: 69,
  software: 70,
  io: 74,
  later: 75,
  protocol: 76,
  permission: 77,
  configuration: 78,
} as const

/** What each exit code means, for `banyan --help` and the documentation. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done; for audit: all invariants hold',
  failed: 'audit: at least one invariant is violated; start: stopping took too long',
  usage: 'wrong arguments, or no platform.ts in this folder',
  refused: 'the platform refused the change as things stand, e.g. a retry of a saga that is not stuck',
  data: 'data is damaged, of a newer version, or an older copy',
  missing: 'what was asked for is not there: a service, a saga, a flow, a consumer, a parked event, a projection, invariants to check',
  unavailable: 'something needed is not there: the running platform, its data, the port, the database, Node 26',
  software: 'a bug',
  io: 'disk full or failing, or files that cannot be read or written',
  later: 'no answer in time, or too busy; try again',
  protocol: 'what answered is no platform of this version',
  permission: 'the platform does not let you',
  configuration: 'settings that cannot be honoured, or a platform.ts that cannot be run',
}

type ExitName = keyof typeof EXIT

const BY_CODE: Readonly<Record<string, ExitName>> = {
  unavailable: 'unavailable',
  not_found: 'missing',
  storage_full: 'io',
  data_damaged: 'data',
  data_newer: 'data',
  data_older: 'data',
  misuse: 'configuration',
  failed_precondition: 'configuration',
  invalid_argument: 'usage',
  unauthenticated: 'permission',
  permission_denied: 'permission',
  deadline_exceeded: 'later',
  outcome_unknown: 'later',
  overloaded: 'later',
  rate_limited: 'later',
  cancelled: 'later',
  fenced: 'later',
}

/** A precondition that the running platform sees is no setting of ours. */
const BY_ANSWERED_CODE: Readonly<Record<string, ExitName>> = {
  ...BY_CODE,
  failed_precondition: 'refused',
  version_mismatch: 'refused',
  misuse: 'software',
  malformed_json: 'protocol',
  unsupported_media_type: 'protocol',
  method_not_allowed: 'protocol',
}

/** Returns the exit code that fits an error's code; `answered` when a running platform sent it. */
export function exitCodeOf(code: string, { answered = false }: { readonly answered?: boolean } = {}): number {
  return EXIT[(answered ? BY_ANSWERED_CODE : BY_CODE)[code] ?? 'software']
}

/** The table of exit codes, for people. */
export function exitCodeTable(): string {
  const names = Object.keys(EXIT) as ExitName[]
  return names.map((name) => `  ${String(EXIT[name]).padStart(2)}  ${EXIT_MEANINGS[name]}`).join('\n')
}
