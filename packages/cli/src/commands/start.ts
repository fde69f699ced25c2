/** `parley start`. */
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"

export const start = Command.make("start", {}, () =>
  // The server's own process: it answers signals and exits by itself.
  Effect.promise(() => import("@parley/gateway/main")).pipe(Effect.andThen(Effect.never)),
).pipe(
  Command.withDescription(
    `Runs the server until SIGTERM or Ctrl-C.

Prints "Parley listens on …" when it serves. Everything it keeps lies in PARLEY_DATA_DIR (default ./data), which one process uses at a
time. Needs PARLEY_JWT_SECRET or PARLEY_JWKS_URL, or PARLEY_DEV_LOGIN=true to try it out. Exit codes: 0 stopped, 1 it could not run,
78 the configuration is not usable (every bad value with its reason).`,
  ),
  Command.withShortDescription("Runs the server"),
  Command.withExamples([
    { command: "PARLEY_DEV_LOGIN=true parley start", description: "Try it: anybody may sign in as anybody" },
    {
      command: "PARLEY_JWT_SECRET=$(cat secret) PARLEY_DATA_DIR=/var/lib/parley parley start",
      description: "Serve people whose tokens your application signs",
    },
  ]),
)
