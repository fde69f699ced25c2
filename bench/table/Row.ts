/**
 * A line of the budget table: what is promised, what it is held against in the same run, how it is measured, and what limits it now.
 *
 * Always true: each round measures the floor too, on the same machine and within the same minute.
 * Not for: what has no budget. Commands of their own under `bench/` tell such things.
 */
export type Unit = "ms" | "µs" | "/s" | "KiB" | "×"

export type Budget = { readonly atMost: number } | { readonly atLeast: number }

export interface Effort {
  readonly rounds: number
  /** Shorter and smaller: shows that a row still runs, and no figure to quote. */
  readonly quick: boolean
  /** Where large data sets are made once and found again; absent: in a temporary directory, each time anew. */
  readonly keep?: string
}

/** Of one round, in the row's unit. */
export interface Figure {
  readonly measured: number
  readonly floor: number
  /** Instead of the row's own, where the budget depends on the machine. */
  readonly budget?: Budget
}

export interface Row {
  /** Of lower-case words with dashes; `--rows` takes it or its beginning. */
  readonly name: string
  readonly what: string
  readonly unit: Unit
  readonly budget: Budget
  /** What the floor is. */
  readonly floor: string
  /** What stands between the figure and its floor, as last profiled. */
  readonly limit: string
  readonly measure: (effort: Effort) => Promise<ReadonlyArray<Figure>>
}

/** Work that several rows look at is done once a run. */
export const once = <A>(work: (effort: Effort) => Promise<A>): ((effort: Effort) => Promise<A>) => {
  let result: Promise<A> | undefined
  return (effort) => (result ??= work(effort))
}
