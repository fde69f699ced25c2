/**
 * Where words go: results to stdout, everything else to stderr.
 *
 * Always true: with `--json` stdout holds JSON and nothing else, one value a line. A reader who has seen enough (`| head`) ends the
 * command quietly.
 */
import { exitCodes } from "./exitCodes.ts"

process.stdout.on("error", (cause: NodeJS.ErrnoException) => {
  if (cause.code === "EPIPE") process.exit(exitCodes.done)
  throw cause
})

export const print = (line: string): void => void process.stdout.write(`${line}\n`)
export const printJson = (value: unknown): void => print(JSON.stringify(value))
export const note = (line: string): void => void process.stderr.write(`${line}\n`)

/** `1 file`, `2 files`; numbers with separators. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString("en")} ${number === 1 ? one : many}`

const units = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const

/** `1.5 GiB`. */
export const size = (bytes: number): string => {
  let [amount, unit] = [bytes, 0]
  while (amount >= 1024 && unit < units.length - 1) [amount, unit] = [amount / 1024, unit + 1]
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`
}
