/** `parley push doctor`, `parked` and `retry`. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { dataDir, json, ops } from "./flags.ts"

const flags = { ops, dataDir, json }
const load = Effect.promise(() => import("../push/push.ts"))

const doctor = Command.make(
  "doctor",
  { user: Argument.String("user").pipe(Argument.withDescription("Whose pushes: a user id")), ...flags },
  Effect.fnUntraced(function* (options) {
    const { pushDoctor } = yield* load
    yield* pushDoctor({ ...options, ops: Option.getOrUndefined(options.ops) })
  }),
).pipe(
  Command.withDescription(
    `Tells for each device of a person why the last messages did or did not reach it.

"sent" means that the push service took it; whether the device showed it, no server learns. Ids, times and reasons only: nothing that anybody
wrote.`,
  ),
  Command.withShortDescription("Why somebody was or was not pushed to"),
  Command.withExamples([
    { command: "parley push doctor ann", description: "Ann's devices, the latest first" },
  ]),
)

const parked = Command.make(
  "parked",
  flags,
  Effect.fnUntraced(function* (options) {
    const { pushParked } = yield* load
    yield* pushParked({ ...options, ops: Option.getOrUndefined(options.ops) })
  }),
).pipe(
  Command.withDescription(
    `Lists the pushes that no service takes, each with its reason, the latest first. They are not tried again by themselves.`,
  ),
  Command.withShortDescription("Pushes that were given up, and why"),
)

const retry = Command.make(
  "retry",
  {
    job: Argument.Int("job").pipe(Argument.withDescription("Its number in `parley push parked`")),
    ...flags,
  },
  Effect.fnUntraced(function* (options) {
    const { pushRetry } = yield* load
    yield* pushRetry({ ...options, ops: Option.getOrUndefined(options.ops) })
  }),
).pipe(
  Command.withDescription(
    `Has the server try a parked push once more, after what was wrong has been mended.`,
  ),
  Command.withShortDescription("Tries a parked push again"),
)

export const push = Command.make("push").pipe(
  Command.withDescription("What became of pushes. The running server answers, on its operations port."),
  Command.withShortDescription("What became of pushes"),
  Command.withSubcommands([doctor, parked, retry]),
)
