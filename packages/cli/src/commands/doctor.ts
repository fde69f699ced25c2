/** `parley doctor`. */
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import { dataDir, json } from "./flags.ts"

export const doctor = Command.make(
  "doctor",
  { dataDir, json },
  Effect.fnUntraced(function* (options) {
    const { doctor: examine } = yield* Effect.promise(() => import("../doctor/doctor.ts"))
    yield* examine(options)
  }),
).pipe(
  Command.withDescription(
    `Examines an installation: before the first start, when something is wrong, or from a timer.

Looks at the configuration as this shell has it, the version of Node, the data directory, the log (every page of it), the keys and
whether they belong to the log, the master key, the disk, the time that an fsync takes, the clock, and the ports, or the running server's
own word. With engines configured: the event store, Postgres, Redis, whether read models and log index keep up, runners, the vault and
the engines' clocks, each within seconds. Changes nothing, and works while the server runs. Each finding is ok, warn or fail, with a remedy. Exit code 1 when
something fails.`,
  ),
  Command.withShortDescription("Examines configuration, store or engines, keys, disk and ports"),
  Command.withExamples([
    { command: "parley doctor", description: "With the environment that the server gets" },
    {
      command: "parley doctor --json | jq '.checks[] | select(.status != \"ok\")'",
      description: "Only what is not well",
    },
  ]),
)
