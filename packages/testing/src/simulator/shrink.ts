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
const SHRINK_MS_MAX = 120_000

/** Runs with some of the faults; true when that fails as well. */
type Trial = (kept: readonly string[]) => Promise<boolean>

/**
 * Leaves out faults for as long as the run still fails: first all, then whole kinds, for most have nothing to do with it, then by delta
 * debugging halves, quarters, down to single ones.
 * Returns faults of which none can be left out alone, unless runs or time were used up before.
 */
export async function shrink({ faults, fails }: ShrinkOptions): Promise<readonly string[]> {
  const end = performance.now() + SHRINK_MS_MAX
  let left = SHRINK_RUNS_MAX
  const stillFails: Trial = async (kept) => {
    if (performance.now() >= end) left = 0
    return left-- > 0 && fails(kept)
  }
  if (await stillFails([])) return []
  let kept = await withoutKinds(faults, stillFails)
  for (let size = Math.ceil(kept.length / 2); left > 0; size = Math.ceil(size / 2)) {
    const smaller = await withoutParts(kept, size, stillFails)
    if (size === 1 && smaller.length === kept.length) break
    kept = smaller
  }
  return kept
}

/** Leaves out each kind of which there are several, the most frequent first. */
async function withoutKinds(faults: readonly string[], fails: Trial): Promise<readonly string[]> {
  const kinds = [...Map.groupBy(faults, kindOf)].filter(([, some]) => some.length > 1).toSorted(([, a], [, b]) => b.length - a.length)
  let kept = faults
  for (const [kind] of kinds) {
    const others = kept.filter((id) => kindOf(id) !== kind)
    if (others.length > 0 && (await fails(others))) kept = others
  }
  return kept
}

/** Leaves out each part of `size` faults that it fails without, from the end: what struck last is least likely to have caused what went wrong. */
async function withoutParts(faults: readonly string[], size: number, fails: Trial): Promise<readonly string[]> {
  let kept = faults
  for (let end = faults.length; end > 0; end -= size) {
    const others = [...kept.slice(0, Math.max(0, end - size)), ...kept.slice(end)]
    if (others.length > 0 && (await fails(others))) kept = others
  }
  return kept
}

function kindOf(id: string): string {
  return id.split('@', 1)[0] as string
}
