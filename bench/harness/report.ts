/** The bench's findings as Markdown and JSON. */
import { mkdirSync, writeFileSync } from "node:fs"
import { machine } from "./machine.ts"

export interface Row {
  readonly what: string
  readonly measured: string
  readonly floor: string
  readonly budget: string
  /** Measured against the budget: 1 or less meets it. Absent where there is no budget. */
  readonly ratio?: number
}

const verdict = (ratio: number | undefined): string =>
  ratio === undefined
    ? ""
    : ratio <= 1
      ? "met"
      : ratio <= 1.3
        ? `within 1.3× (${ratio.toFixed(2)})`
        : `over (${ratio.toFixed(2)}×)`

export const markdown = (rows: ReadonlyArray<Row>): string =>
  [
    "| what | measured | floor in this run | budget | |",
    "|---|---|---|---|---|",
    ...rows.map((r) => `| ${r.what} | ${r.measured} | ${r.floor} | ${r.budget} | ${verdict(r.ratio)} |`),
  ].join("\n")

export const writeReport = (name: string, rows: ReadonlyArray<Row>, raw: unknown): void => {
  const directory = new URL("../out/", import.meta.url)
  mkdirSync(directory, { recursive: true })
  writeFileSync(
    new URL(`${name}.json`, directory),
    JSON.stringify({ machine: machine(), rows, raw }, null, 2),
  )
  process.stdout.write(`\n${machine()}\n\n${markdown(rows)}\n`)
}
