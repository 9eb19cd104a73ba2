/** What {@link shrink} works on. */
export interface ShrinkOptions {
  /** Faults of a run that failed. */
  readonly faults: readonly string[]
  /** Runs again with these faults only; true when it fails again. */
  readonly fails: (faults: readonly string[]) => Promise<boolean>
}

/** Runs at most: enough for a hundred faults; a run takes some ten milliseconds. */
const SHRINK_RUNS_MAX = 300
/** Real time after which no further run begins. A run that hangs takes long; nobody waits longer than this for a shorter list. */
const SHRINK_MS_MAX = 30_000

/**
 * Leaves out faults for as long as the run still fails (delta debugging): first all, then halves, then quarters, down to single ones.
 * Returns faults of which none can be left out alone, unless runs or time were used up before.
 */
export async function shrink({ faults, fails }: ShrinkOptions): Promise<readonly string[]> {
  const end = performance.now() + SHRINK_MS_MAX
  let left = SHRINK_RUNS_MAX
  const stillFails = async (kept: readonly string[]): Promise<boolean> => {
    if (performance.now() >= end) left = 0
    return left-- > 0 && fails(kept)
  }
  if (await stillFails([])) return []
  let kept = faults
  for (let size = Math.ceil(kept.length / 2); size >= 1 && left > 0;) {
    const smaller = await withoutSome(kept, size, stillFails)
    if (smaller) kept = smaller
    else if (size === 1) break
    size = Math.min(smaller ? size : Math.ceil(size / 2), Math.ceil(kept.length / 2))
  }
  return kept
}

/** Leaves out a run of `size` faults if it fails without them. */
async function withoutSome(
  faults: readonly string[],
  size: number,
  fails: (kept: readonly string[]) => Promise<boolean>,
): Promise<readonly string[] | undefined> {
  // From the end: what struck last is least likely to have caused what went wrong.
  for (let end = faults.length; end > 0; end -= size) {
    const kept = [...faults.slice(0, Math.max(0, end - size)), ...faults.slice(end)]
    if (kept.length > 0 && (await fails(kept))) return kept
  }
  return undefined
}
