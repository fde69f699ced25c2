/** The charts of the budget table, made from its results alone. */
import { type Bar, barChart, type Tone } from "./barChart.ts"
import { show } from "./markdown.ts"
import { ratioOf, type Result, verdictOf } from "./Result.ts"
import type { Row } from "./Row.ts"

const tones = { met: "good", near: "fair", over: "poor" } as const satisfies Record<string, Tone>

type Measured = readonly [row: Row, result: Result]

/** Its name in the list of the page: what it is takes more room than a chart has. */
const labelOf = ({ name }: Row): string => name.replaceAll("-", " ")

const toBudget = ([row, { measured, floor, budget }]: Measured): Bar => {
  const ratio = ratioOf(measured, budget)
  const verdict = verdictOf(ratio)
  return {
    label: labelOf(row),
    value: ratio,
    mark: ratioOf(floor, budget),
    text: `${show(measured, row.unit)}${verdict === "met" ? "" : verdict === "near" ? ", within 1.3×" : ", over"}`,
    tone: tones[verdict],
  }
}

const toFloor = ([row, { measured, floor, budget }]: Measured): Bar => {
  const times = "atMost" in budget ? measured / floor : floor / measured
  return {
    label: labelOf(row),
    value: times,
    text: `${times.toFixed(times < 10 ? 1 : 0)}× of ${show(floor, row.unit)}`,
    tone: "plain",
  }
}

/** By file name. Empty when nothing has been measured. */
export const chartsOf = (
  rows: ReadonlyArray<Row>,
  results: ReadonlyMap<string, Result>,
): ReadonlyMap<string, string> => {
  const measured = rows.flatMap((row): ReadonlyArray<Measured> => {
    const result = results.get(row.name)
    return result === undefined ? [] : [[row, result]]
  })
  if (measured.length === 0) return new Map()
  return new Map([
    [
      "budget.svg",
      barChart({
        title: "Against the budget",
        about: "Shorter is better; the dashed line is the budget, a mark the floor of the same run.",
        bars: measured.map(toBudget),
        line: { at: 1, label: "budget" },
      }),
    ],
    [
      "floor.svg",
      barChart({
        title: "Against the floor",
        about: "How many times the floor of the same run: one is as good as it could be.",
        bars: measured.map(toFloor),
        line: { at: 1, label: "floor" },
      }),
    ],
  ])
}
