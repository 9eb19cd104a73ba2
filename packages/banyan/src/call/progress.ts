/** What stands of a piece of work whatever becomes of the rest. */
export interface Progress {
  /** A transaction or checkpoint of it committed, or a command that it called was, or may have been, carried out. */
  acted: boolean
}
