/** `parley up`. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"

export const up = Command.make(
  "up",
  {
    nodes: Flag.Int("nodes").pipe(
      Flag.withDescription("So many gateways, and as many runners. Default 2"),
      Flag.withMetavar("count"),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 32 }))),
      Flag.withDefault(2),
    ),
    port: Flag.Int("port").pipe(
      Flag.withDescription("Where clients connect. Default: PARLEY_HTTP_PORT, else 8080"),
      Flag.withMetavar("port"),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65_535 }))),
      Flag.optional,
    ),
    dataDir: Flag.String("data-dir").pipe(
      Flag.withDescription("Everything it keeps. Default: PARLEY_DATA_DIR, else ./data-nodes"),
      Flag.withMetavar("directory"),
      Flag.optional,
    ),
  },
  Effect.fnUntraced(function* (asked) {
    const { up: run } = yield* Effect.promise(() => import("../up/up.ts"))
    yield* run(asked)
  }),
).pipe(
  Command.withDescription(
    `Runs Parley as many processes on this machine, until SIGTERM or Ctrl-C: an event store, Postgres, Redis, runners, a projector, gateways,
and HAProxy in front of them where it is installed.

Prints "Parley listens on …" when it serves. Needs Debian's postgresql and redis-server (or their like); their data, with that of the event store, the
secrets, which are made once, and logs lie in the data directory. A second run goes on with it, with as many nodes as it is told. Development
login is on unless PARLEY_DEV_LOGIN=false. All but HAProxy listen on 127.0.0.1 alone. If one process ends unasked, all are stopped.`,
  ),
  Command.withShortDescription("Runs many nodes on this machine, with the engines that they need"),
  Command.withExamples([
    { command: "parley up", description: "Two gateways and two runners at port 8080" },
    {
      command: "parley up --nodes 4 --data-dir /srv/parley",
      description: "Four of each, with data elsewhere",
    },
  ]),
)
