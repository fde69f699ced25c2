/** The server process. See `compose.ts` for what it is made of. */
import { flushCompileCache } from "node:module"

/** SIGTERM to exit: the promise that supervisors rely on. */
const stopWithinMs = 30_000

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const give = (line: string, code: number): never => {
  process.stderr.write(`${line}\n`)
  process.exit(code)
}

/** Before it serves there is nothing to finish, and what a start leaves half done the next one does again, as after a kill. */
let asked = 0
let onAsked = (): void => process.exit(0)
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.on(signal, () => {
    asked += 1
    if (asked > 1) process.exit(130)
    onAsked()
  })

// What the server is made of takes seconds to load on a busy machine: whoever stops it meanwhile finds the handlers above.
const [Deferred, Effect, { BadConfiguration, readConfig }, { exitCodes, explain }, { serve }] =
  await Promise.all([
    import("effect/Deferred"),
    import("effect/Effect"),
    import("./Config.ts"),
    import("./explain.ts"),
    import("./serve.ts"),
  ])

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
process.on("uncaughtException", (cause) => give(`a defect: ${cause.stack}`, exitCodes.failure))
process.on("unhandledRejection", (cause) => give(`a defect: ${String(cause)}`, exitCodes.failure))

const exit = await Effect.runPromiseExit(
  serve(config, stop, (address) => {
    onAsked = () => {
      setTimeout(() => give("not everything stopped in time", exitCodes.failure), stopWithinMs).unref()
      Deferred.doneUnsafe(stop, Effect.void)
    }
    if (config.devLogin) say("Development login is on: anybody may sign in as anybody.")
    // By default it is written when the process leaves; who is killed would compile everything again.
    flushCompileCache()
    say(`Parley listens on ${address}`)
  }),
)
if (exit._tag === "Failure") give(explain(exit.cause), exitCodes.failure)
process.exit(0)
