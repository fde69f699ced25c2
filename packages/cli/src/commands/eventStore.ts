/** `parley event-store`. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { dataDir } from "./flags.ts"

const path = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withMetavar("file"), Flag.optional)

export const eventStore = Command.make(
  "event-store",
  {
    port: Flag.Int("port").pipe(
      Flag.withDescription("Where clients connect; 0: any that is free. Default 2113, as EventStoreDB"),
      Flag.withMetavar("port"),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))),
      Flag.withDefault(2113),
    ),
    host: Flag.String("host").pipe(
      Flag.withDescription("The address to listen at. Default 127.0.0.1: this machine only"),
      Flag.withMetavar("address"),
      Flag.withDefault("127.0.0.1"),
    ),
    dataDir,
    tlsCert: path("tls-cert", "The certificate with its chain, PEM"),
    tlsKey: path("tls-key", "The certificate's private key, PEM"),
    user: Flag.String("user").pipe(
      Flag.withDescription("Ask clients for this user and the password; wants TLS"),
      Flag.withMetavar("name"),
      Flag.optional,
    ),
    passwordFile: path("password-file", "The file that holds the user's password"),
    newEpoch: Flag.Boolean("new-epoch").pipe(
      Flag.withDescription(
        "The log was put back from a copy: begin a new epoch, so that nobody goes on from positions of the old one",
      ),
      Flag.withoutNegation,
      Flag.withDefault(false),
    ),
    allowAnybody: Flag.Boolean("allow-anybody").pipe(
      Flag.withDescription("Serve beyond this machine without a password"),
      Flag.withoutNegation,
      Flag.withDefault(false),
    ),
  },
  Effect.fnUntraced(function* ({ tlsCert, tlsKey, user, passwordFile, ...rest }) {
    const { serveEventStore } = yield* Effect.promise(() => import("../eventStore/serveEventStore.ts"))
    yield* serveEventStore({
      ...rest,
      tlsCert: Option.getOrUndefined(tlsCert),
      tlsKey: Option.getOrUndefined(tlsKey),
      user: Option.getOrUndefined(user),
      passwordFile: Option.getOrUndefined(passwordFile),
    })
  }),
).pipe(
  Command.withDescription(
    `Serves the embedded event store to clients of EventStoreDB, until SIGTERM or Ctrl-C.

Prints "Event store listens on …" when it serves. The events lie in the data directory, which one process uses at a time: not beside
"parley start" on the same directory, but several nodes may share this store. Beyond loopback it wants --user, --password-file and TLS, or
--allow-anybody. What of EventStoreDB it does not do: docs/decisions/0024.`,
  ),
  Command.withShortDescription("Serves the event store over EventStoreDB's protocol"),
  Command.withExamples([
    { command: "parley event-store", description: "For this machine, at port 2113" },
    {
      command:
        "parley event-store --host 0.0.0.0 --tls-cert node.crt --tls-key node.key --user parley --password-file secret",
      description: "For other machines",
    },
  ]),
)
