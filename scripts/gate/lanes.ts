/** A piece of work that begins when a lane is free. */
export type Work = () => Promise<void>

/** How many pieces run at a time. */
export interface LaneLimits {
  /** Of all pieces. */
  readonly all: number
  /** Of those that put load on the machine themselves; at most `all`. */
  readonly heavy: number
}

/** Runs all pieces, each kind in its order, within the limits; heavy ones begin first, because they take longest. Resolves when all have ended. */
export async function inLanes(
  pieces: { readonly heavy: readonly Work[]; readonly light: readonly Work[] },
  limits: LaneLimits,
): Promise<void> {
  const [heavy, light] = [[...pieces.heavy], [...pieces.light]]
  const lane = async (next: () => Work | undefined): Promise<void> => {
    for (let work = next(); work !== undefined; work = next()) await work()
  }
  await Promise.all([
    ...Array.from({ length: limits.heavy }, () => lane(() => heavy.shift() ?? light.shift())),
    ...Array.from({ length: limits.all - limits.heavy }, () => lane(() => light.shift())),
  ])
}
