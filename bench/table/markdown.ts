/** The budget table as Markdown, and what limits each of its rows. */
import { ratioOf, type Result, verdictOf } from "./Result.ts"
import type { Budget, Row, Unit } from "./Row.ts"

const digitsOf = (value: number, unit: Unit): number =>
  unit === "/s" || unit === "µs" ? 0 : unit === "×" || Math.abs(value) < 10 ? 2 : 1

export const show = (value: number, unit: Unit): string => {
  const digits = digitsOf(value, unit)
  const number = value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return unit === "/s" || unit === "×" ? `${number}${unit}` : `${number} ${unit}`
}

export const showBudget = (budget: Budget, unit: Unit): string =>
  "atMost" in budget ? `≤ ${show(budget.atMost, unit)}` : `≥ ${show(budget.atLeast, unit)}`

/** In words, because colour alone tells nobody anything. */
export const verdict = (ratio: number): string =>
  ({ met: "met", near: `within 1.3× (${ratio.toFixed(2)})`, over: `**over, ${ratio.toFixed(1)}×**` })[
    verdictOf(ratio)
  ]

const line = (row: Row, result: Result | undefined): string => {
  if (result === undefined)
    return `| ${row.what} | | | ${showBudget(row.budget, row.unit)} | not measured: \`node bench/all.ts --rows ${row.name}\` |`
  const { measured, floor, budget, rounds, quick } = result
  const values = rounds.map((round) => round.measured)
  const spread =
    rounds.length < 2
      ? ""
      : ` (${show(Math.min(...values), row.unit)}–${show(Math.max(...values), row.unit)})`
  return `| ${row.what} | ${show(measured, row.unit)}${spread} | ${show(floor, row.unit)} | ${showBudget(budget, row.unit)} | ${quick ? "quick run, no figure: " : ""}${verdict(ratioOf(measured, budget))} |`
}

export const table = (rows: ReadonlyArray<Row>, results: ReadonlyMap<string, Result>): string =>
  [
    "| what | median (lowest–highest round) | floor in the same run | budget | |",
    "|---|---|---|---|---|",
    ...rows.map((row) => line(row, results.get(row.name))),
  ].join("\n")

/** What each floor is, what limits the row, and of which run its figure is. */
export const limits = (rows: ReadonlyArray<Row>, results: ReadonlyMap<string, Result>): string =>
  rows
    .map((row) => {
      const result = results.get(row.name)
      const run = result === undefined ? "" : ` *${result.rounds.length} rounds, ${result.day}.*`
      return `- **${row.what}** (\`${row.name}\`). Floor: ${row.floor}. ${row.limit}${run}`
    })
    .join("\n")

/** `page` with what stands between its markers `<!-- name -->` and `<!-- /name -->` replaced. Throws when it has none. */
export const replaceSection = (page: string, name: string, text: string): string => {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [page.indexOf(open), page.indexOf(close)]
  if (from < 0 || to < from) throw new Error(`the page has no section ${name}`)
  return `${page.slice(0, from + open.length)}\n\n${text}\n\n${page.slice(to)}`
}
