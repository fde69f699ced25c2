/** Runs a program of this repository on Parley's Node, as if it were this process: same terminal, same signals, same end. */
import { spawn } from "node:child_process"
import { delimiter } from "node:path"
import { root, runtime } from "./installation.mjs"

/** What was stripped of its types and compiled once is not again: half the CPU of a start. */
export const keepsCompiled = {
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? `${root}node_modules/.cache/compile`,
}

/** Never returns. */
export const run = (args, environment = {}) => {
  const env = {
    ...process.env,
    ...environment,
    PATH: `${root}node_modules/.bin${delimiter}${process.env.PATH ?? ""}`,
  }
  const child = spawn(runtime(), args, { cwd: root, stdio: "inherit", env })
  // A terminal sends Ctrl-C to both; a service manager sends SIGTERM to this process only.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal)
    })
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 1
    if (signal === null) return
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
