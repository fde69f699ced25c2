/** Messages through the public socket beside the bare `ws` server that stores nothing, driven by the same code in the same run. */
import { startBare } from "../harness/bareTarget.ts"
import { fsyncFloor } from "../harness/fsyncFloor.ts"
import { closedLoop, openLoop, type Result } from "../harness/load.ts"
import { startParley } from "../harness/parleyTarget.ts"
import type { Summary } from "../harness/summary.ts"
import type { Target } from "../harness/target.ts"
import { once, type Figure } from "../table/Row.ts"

/** One result a round. */
export interface Rounds {
  /** 64 pairs, 1,000 a second in all. */
  readonly offered: ReadonlyArray<Result>
  /** 64 pairs, 8 in flight each. */
  readonly closed: ReadonlyArray<Result>
  /** One conversation, 2,000 a second. */
  readonly hot: ReadonlyArray<Result>
}

export interface OneToOne {
  readonly disk: Summary
  readonly floor: Rounds
  readonly measured: Rounds
}

const runAll = async (target: Target, rounds: number, seconds: number): Promise<Rounds> => {
  const pairs = await target.pairs(64)
  // What is measured is a server that has been at work.
  await closedLoop(target.pid, pairs, 4, Math.min(3, seconds))
  const results = { offered: [] as Array<Result>, closed: [] as Array<Result>, hot: [] as Array<Result> }
  for (let round = 0; round < rounds; round++) {
    results.offered.push(await openLoop(target.pid, pairs, 1_000, seconds))
    results.closed.push(await closedLoop(target.pid, pairs, 8, seconds))
    results.hot.push(await openLoop(target.pid, pairs.slice(0, 1), 2_000, seconds))
  }
  await target.stop()
  return results
}

export const runOneToOne = async (rounds: number, seconds: number): Promise<OneToOne> => {
  const disk = fsyncFloor(1_000)
  const floor = await runAll(await startBare(), rounds, seconds)
  const measured = await runAll(await startParley(), rounds, seconds)
  return { disk, floor, measured }
}

export const oneToOne = once(async ({ rounds, quick }) => {
  const found = await runOneToOne(rounds, quick ? 1 : 4)
  for (const scenario of ["offered", "closed"] as const)
    sayThreads(scenario, found.measured[scenario].at(-1)!)
  return found
})

/** Where the CPU goes is no row, and what limits a row is written from it. */
const sayThreads = (scenario: keyof Rounds, { threads }: Result): void => {
  const shares = threads.map(([name, us]) => `${name} ${us.toFixed(0)}`)
  process.stdout.write(`${scenario}, last round, µs of CPU a message by thread: ${shares.join(", ")}\n`)
}

/** "or twice the p99 of a bare fdatasync and 5 ms": a slow disk is not the server's. */
export const p99Budget = ({ disk }: OneToOne): { readonly atMost: number } => ({
  atMost: Math.max(12, 2 * disk.p99 + 5),
})

export const figuresOf = (
  { floor, measured }: OneToOne,
  scenario: keyof Rounds,
  figure: (result: Result) => number,
): ReadonlyArray<Figure> =>
  measured[scenario].map((result, round) => ({
    measured: figure(result),
    floor: figure(floor[scenario][round]!),
  }))
