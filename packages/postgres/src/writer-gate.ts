/**
 * Lets transactions of this process run side by side, or one alone. A transaction that the database refused several times runs alone:
 * nothing in this process can be in its way then, so it ends.
 */
export class WriterGate {
  #shared = 0
  #alone = false
  readonly #waiting: { readonly alone: boolean; readonly enter: () => void }[] = []

  /** Enters beside others; undefined when it may go on at once, which is the normal case. */
  enterShared(): Promise<void> | undefined {
    if (this.#alone || this.#waiting.length > 0) return this.#wait(false)
    this.#shared++
    return undefined
  }
  leaveShared(): void {
    this.#shared--
    this.#admit()
  }

  /** Enters alone; whoever comes later waits. */
  enterAlone(): Promise<void> | undefined {
    if (this.#alone || this.#shared > 0 || this.#waiting.length > 0) return this.#wait(true)
    this.#alone = true
    return undefined
  }
  leaveAlone(): void {
    this.#alone = false
    this.#admit()
  }

  #wait(alone: boolean): Promise<void> {
    return new Promise((enter) => this.#waiting.push({ alone, enter }))
  }
  /** First come, first served. */
  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#alone || (next.alone && this.#shared > 0)) return
      this.#waiting.shift()
      if (next.alone) this.#alone = true
      else this.#shared++
      next.enter()
    }
  }
}
