/** The machine under the server: Node, open files, the clock. */
import { readFileSync } from "node:fs"
import { fail, type Finding, ok, warn } from "./Finding.ts"

const oldestNode = 24
/** Below this, some thousand connections run out of file descriptors. */
const fewFiles = 4_096
const clockToleranceMs = 5_000
/** Before this the program did not exist. */
const firstYear = 2026

export const examineNode = (version: string = process.versions.node): Finding =>
  Number(version.split(".")[0]) >= oldestNode
    ? ok("node", `Node ${version}`)
    : fail(
        "node",
        `Node ${version} is too old: Parley runs on ${oldestNode} and later.`,
        "Start with npm start or npx parley, which bring their own, or install a newer one.",
      )

const softLimit = (): number | undefined => {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))
    return line === null ? undefined : Number(line[1])
  } catch {
    // No Linux: nothing to say.
    return undefined
  }
}

export const examineOpenFiles = (limit: number | undefined = softLimit()): ReadonlyArray<Finding> => {
  if (limit === undefined) return []
  return [
    limit >= fewFiles
      ? ok("open files", `${limit} at once`)
      : warn(
          "open files",
          `Only ${limit} at once: each connection takes one.`,
          "Raise it: ulimit -n 65536, or LimitNOFILE of the service.",
        ),
  ]
}

/** @param last when the store says that its last event was written, in milliseconds. */
export const examineClock = (last: number | undefined, now: number = Date.now()): Finding => {
  const remedy =
    "Set the clock, and keep it by NTP. Messages carry its time, and access tokens are judged by it."
  if (new Date(now).getUTCFullYear() < firstYear)
    return fail("clock", `It says ${new Date(now).toISOString()}, which is past.`, remedy)
  if (last !== undefined && last - now > clockToleranceMs)
    return fail(
      "clock",
      `It says ${new Date(now).toISOString()}, but the log's last event was written at ${new Date(last).toISOString()}: it has been turned back.`,
      remedy,
    )
  return ok("clock", new Date(now).toISOString())
}
