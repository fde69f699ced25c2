/**
 * The design's budget table, as far as it concerns one node: each row with its floor, measured in the same run.
 *
 *   node bench/all.ts [--rows NAME,NAME] [--rounds 5] [--quick] [--keep DIRECTORY] [--publish]
 *   node bench/all.ts --commands
 *   node bench/all.ts --render
 *
 * Prints the table; writes `bench/out/all.json`, `all.md` and the charts. `--rows` takes names or their beginnings. `--keep` makes large
 * data sets once and finds them again. `--publish` takes the rows of this run over into `bench/results/` and `bench/README.md`, beside
 * those that stand there; on a quiet machine only. `--commands` runs the benches that are commands of their own instead, one after
 * another, and prints their tables (half an hour). `--render` makes page and charts anew from `bench/results/`, and measures nothing.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { machine } from "./harness/machine.ts"
import { chartsOf } from "./table/charts.ts"
import { commands, runCommand } from "./table/commands.ts"
import { limits, replaceSection, table } from "./table/markdown.ts"
import { type Result, resultOf } from "./table/Result.ts"
import type { Row } from "./table/Row.ts"
import { chosen, rows as all } from "./table/rows.ts"

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "" },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    keep: { type: "string" },
    publish: { type: "boolean", default: false },
    render: { type: "boolean", default: false },
    commands: { type: "boolean", default: false },
  },
})
const { keep, publish, quick, render } = values
if (publish && quick) throw new Error("a quick run has no figures to publish")

const at = (path: string): URL => new URL(path, import.meta.url)
const byName = (results: ReadonlyArray<Result>): Map<string, Result> =>
  new Map(results.map((result) => [result.name, result]))
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const published = (): ReadonlyArray<Result> => {
  const file = at("results/reference.json")
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as { results: ReadonlyArray<Result> }).results
    : []
}

const writeAll = (folder: string, name: string, rows: ReadonlyArray<Row>, results: ReadonlyArray<Result>) => {
  mkdirSync(at(folder), { recursive: true })
  const known = byName(results)
  writeFileSync(at(`${folder}${name}.json`), `${JSON.stringify({ results }, null, 2)}\n`)
  for (const [file, svg] of chartsOf(rows, known)) writeFileSync(at(folder + file), svg)
  return { table: table(rows, known), limits: limits(rows, known) }
}

const writePublished = (results: ReadonlyArray<Result>): void => {
  const known = byName([...published(), ...results])
  const ordered = all.flatMap(({ name }) => known.get(name) ?? [])
  const texts = writeAll("results/", "reference", all, ordered)
  const machines = [...new Set(ordered.map((one) => one.machine))].join("; ")
  const page = readFileSync(at("README.md"), "utf8")
  writeFileSync(
    at("README.md"),
    replaceSection(replaceSection(page, "table", `${machines}\n\n${texts.table}`), "limits", texts.limits),
  )
}

const run = async (rows: ReadonlyArray<Row>): Promise<boolean> => {
  const rounds = Number(values.rounds ?? (quick ? 1 : 5))
  const results: Array<Result> = []
  const failed: Array<string> = []
  for (const row of rows) {
    say(`${row.name} …`)
    try {
      const figures = await row.measure({ rounds, quick, ...(keep === undefined ? {} : { keep }) })
      const day = new Date().toISOString().slice(0, 10)
      results.push(resultOf(row, figures, { machine: machine(), day, quick }))
    } catch (cause) {
      failed.push(`${row.name}: ${String(cause)}`)
    }
  }
  const texts = writeAll("out/", "all", rows, results)
  writeFileSync(at("out/all.md"), `${machine()}\n\n${texts.table}\n\n${texts.limits}\n`)
  say(`\n${machine()}\n\n${texts.table}`)
  for (const line of failed) say(`failed: ${line}`)
  if (publish) writePublished(results)
  return failed.length === 0
}

const runCommands = async (): Promise<boolean> => {
  const failed: Array<string> = []
  for (const [name, report] of commands)
    try {
      say(`${await runCommand(name, report)}\n`)
    } catch (cause) {
      failed.push(`${name}: ${String(cause)}`)
    }
  for (const line of failed) say(`failed: ${line}`)
  return failed.length === 0
}

if (render) writePublished([])
else if (values.commands) process.exitCode = (await runCommands()) ? 0 : 1
else if (
  !(await run(
    chosen(
      all,
      values.rows.split(",").filter((name) => name !== ""),
    ),
  ))
)
  process.exitCode = 1
