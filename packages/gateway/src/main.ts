/** The server process. See `compose.ts` for what it is made of. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { BadConfiguration, readConfig } from "./Config.ts"
import { explain, exitCodes } from "./explain.ts"
import { serve } from "./serve.ts"

/** SIGTERM to exit: the promise that supervisors rely on. */
const stopWithinMs = 30_000

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const give = (line: string, code: number): never => {
  process.stderr.write(`${line}\n`)
  process.exit(code)
}

const configured = () => {
  try {
    return readConfig(process.env)
  } catch (cause) {
    if (cause instanceof BadConfiguration) return give(cause.message, exitCodes.configuration)
    throw cause
  }
}

const config = configured()
const stop = Deferred.makeUnsafe<void>()
let asked = 0
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.on(signal, () => {
    asked += 1
    if (asked > 1) process.exit(130)
    setTimeout(() => give("not everything stopped in time", exitCodes.failure), stopWithinMs).unref()
    Deferred.doneUnsafe(stop, Effect.void)
  })

process.on("uncaughtException", (cause) => give(`a defect: ${cause.stack}`, exitCodes.failure))
process.on("unhandledRejection", (cause) => give(`a defect: ${String(cause)}`, exitCodes.failure))

const exit = await Effect.runPromiseExit(
  serve(config, stop, (address) => {
    if (config.devLogin) say("Development login is on: anybody may sign in as anybody.")
    say(`Parley listens on ${address}`)
  }),
)
if (exit._tag === "Failure") give(explain(exit.cause), exitCodes.failure)
process.exit(0)
