/** The server with an event store that does not wait for the disk: what the check of fsyncs before acks must notice. */
import { readConfig } from "@parley/gateway/Config"
import { serve } from "@parley/gateway/serve"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

const stop = Deferred.makeUnsafe<void>()
process.once("SIGTERM", () => Deferred.doneUnsafe(stop, Effect.void))
const say = (address: string): void => void process.stdout.write(`Parley listens on ${address}\n`)
await Effect.runPromise(
  serve(readConfig(process.env), stop, say, { synchronous: "OFF", allowNotDurable: true }),
)
process.exit(0)
