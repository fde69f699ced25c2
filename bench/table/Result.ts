/** What a run found out about a row, as it is kept in JSON: the medians of the rounds, and the rounds. */
import { median } from "../harness/summary.ts"
import type { Budget, Effort, Figure, Row } from "./Row.ts"

export interface Result {
  readonly name: string
  readonly measured: number
  readonly floor: number
  readonly budget: Budget
  readonly rounds: ReadonlyArray<Figure>
  readonly quick: boolean
  /** Hardware and Node. */
  readonly machine: string
  /** Day of the run, UTC. */
  readonly day: string
}

/** Measured against the budget: 1 or less meets it, whichever way the budget runs. */
export const ratioOf = (measured: number, budget: Budget): number =>
  "atMost" in budget ? measured / budget.atMost : budget.atLeast / measured

export type Verdict = "met" | "near" | "over"

/** "near" is within 1.3 times. */
export const verdictOf = (ratio: number): Verdict => (ratio <= 1 ? "met" : ratio <= 1.3 ? "near" : "over")

/** The loosest budget of the rounds holds for their median. */
const loosest = (row: Row, rounds: ReadonlyArray<Figure>): Budget =>
  rounds
    .map(({ budget }) => budget ?? row.budget)
    .reduce((one, other) => (ratioOf(1, other) < ratioOf(1, one) ? other : one))

export const resultOf = (
  row: Row,
  rounds: ReadonlyArray<Figure>,
  run: Pick<Result, "machine" | "day"> & Pick<Effort, "quick">,
): Result => {
  if (rounds.length === 0) throw new Error(`${row.name}: nothing was measured`)
  return {
    name: row.name,
    measured: median(rounds.map(({ measured }) => measured)),
    floor: median(rounds.map(({ floor }) => floor)),
    budget: loosest(row, rounds),
    rounds,
    quick: run.quick,
    machine: run.machine,
    day: run.day,
  }
}
