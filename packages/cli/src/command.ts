/** What a command may touch. */
export interface CommandEnvironment {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the command was called. */
  readonly directory: string
  print(text: string): void
  printError(text: string): void
}

/** A call of an action, with its arguments read and checked. */
export interface CommandCall extends CommandEnvironment {
  /** One text for each of the action's arguments. */
  readonly positionals: readonly string[]
  /** The options that were given; those that the action requires are there. */
  readonly options: Readonly<Record<string, string>>
  /** True when the answer is to be JSON. */
  readonly json: boolean
}

/** An option with a value, e.g. `--reason <text>`. */
export interface CommandOption {
  /** Stands for the value in the help, e.g. `text`. */
  readonly value: string
  readonly summary: string
  readonly required?: boolean
  /** True when the value must be a whole number from 1. */
  readonly count?: boolean
  /** The only values that it takes. Default: any. */
  readonly values?: readonly string[]
}

/** One thing that a command does. */
export interface CommandAction {
  /** Names of the arguments, all of which must be given, e.g. `['service', 'id']`. */
  readonly arguments: readonly string[]
  readonly options: Readonly<Record<string, CommandOption>>
  /** One line for the help. */
  readonly summary: string
  /** What its arguments may be, a line each, for whoever leaves one out. May reject where it is not known. */
  readonly choices?: (surroundings: CommandEnvironment) => Promise<readonly string[]>
  /** Returns the exit code. */
  run(call: CommandCall): Promise<number>
}

/** A command of `banyan`: several actions by name, or one without a name, under `''`. */
export interface Command {
  readonly name: string
  /** One line for the overview. */
  readonly summary: string
  /** What there is to know besides actions and options. */
  readonly about: string
  readonly actions: Readonly<Record<string, CommandAction>>
  /** The action that is meant when none is named. */
  readonly usually?: string
}
