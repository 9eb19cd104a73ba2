/** A variable of the environment that a part of a platform reads. */
export interface Setting {
  /** E.g. `BANYAN_DATA`. */
  readonly name: string
  /** What it decides, as a phrase. */
  readonly meaning: string
  /** What it may be, with its unit. */
  readonly form: string
  /** What holds where it is not set or empty. */
  readonly byDefault: string
  /** Which part reads it. */
  readonly reader: string
}

/** What a platform reads from its environment besides what the toolkit reads. */
export interface PlatformSettings {
  /** A variable that begins with `BANYAN_` and is neither here nor the toolkit's is misspelt: the `banyan` command refuses it. */
  readonly known: readonly Setting[]
  /**
   * Throws `failed_precondition` for settings of several services that do not fit each other. Called before anything is opened. Each service
   * checks its own.
   */
  readonly check?: (environment: Readonly<Record<string, string | undefined>>) => void
}
