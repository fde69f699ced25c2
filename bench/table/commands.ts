/**
 * Benches that are commands of their own, because they tell a story that is more than a figure and its floor: their tables stand below
 * the budget table.
 *
 * Always true: what is shown is what the command wrote in this run.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { markdown, type Row } from "../harness/report.ts"

/** By the file's name in `bench/`: the name of its report in `bench/out/`. */
export const commands: ReadonlyMap<string, string> = new Map([
  ["storm", "storm"],
  ["drain", "drain"],
  ["pausedReader", "pausedReader"],
  ["pushKill", "push-kill"],
  ["inbox", "inbox"],
  ["sync", "sync"],
  ["largeGroup", "largeGroup"],
  ["store", "store"],
  ["rebuild", "rebuild"],
  ["realistic", "realistic"],
])

/** Its table under its name. Rejects when it does not end well. */
export const runCommand = async (name: string, report: string): Promise<string> => {
  const at = (path: string): string => new URL(`../${path}`, import.meta.url).pathname
  const child = spawn(process.execPath, [at(`${name}.ts`)], { stdio: ["ignore", "ignore", "inherit"] })
  const [code] = (await once(child, "exit")) as [number | null]
  if (code !== 0) throw new Error(`ended with ${code}`)
  const { rows } = JSON.parse(readFileSync(at(`out/${report}.json`), "utf8")) as {
    readonly rows: ReadonlyArray<Row>
  }
  return `### \`node bench/${name}.ts\`\n\n${markdown(rows)}`
}
