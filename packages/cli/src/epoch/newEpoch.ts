/**
 * A new epoch for a log in an event store: the last step of a restore with engines.
 *
 * Always true: no process of Parley's is connected when it begins, as far as Postgres knows, since a running one would go on with the
 * epoch that it opened.
 */
import { lookAtLog } from "@parley/runtime/eventStore/eventStoreDb/lookAtLog"
import { beginEpoch } from "@parley/runtime/eventStore/eventStoreDb/beginEpoch"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { CommandFailed } from "../CommandFailed.ts"
import { noPostgres } from "../doctor/engines/database.ts"
import { noLog } from "../doctor/engines/log.ts"
import type { Blind } from "../doctor/engines/Look.ts"
import { sessionsOfOthers } from "../doctor/engines/lookAtPostgres.ts"
import { exitCodes } from "../exitCodes.ts"
import { count, print, printJson } from "../output.ts"
import { settings } from "../settings.ts"

export interface NewEpochOptions {
  /** The log's epoch now. */
  readonly after: string
  readonly json: boolean
}

const failed =
  (what: string) =>
  ({ detail, remedy }: Blind): CommandFailed =>
    new CommandFailed({ reason: `${what}: ${detail}`, remedy })

const enginesOf = Effect.gen(function* () {
  const { engines } = (yield* settings(Option.none())).config
  return (
    engines ??
    (yield* new CommandFailed({
      reason: "parley new-epoch is for a log in an event store; parley restore begins an epoch for files.",
      remedy: "Set PARLEY_EVENT_STORE and PARLEY_DATABASE_URL as the processes have them.",
      exitCode: exitCodes.configuration,
    }))
  )
})

export const newEpoch = Effect.fnUntraced(function* ({ after, json }: NewEpochOptions) {
  const { eventStore: url, database } = yield* enginesOf
  const others = yield* Effect.mapError(sessionsOfOthers(database), (failure) =>
    failed("Postgres")(noPostgres(failure)),
  )
  if (others > 0)
    return yield* new CommandFailed({
      reason: `${count(others, "session")} of Parley's processes ${others === 1 ? "is" : "are"} open in Postgres.`,
      remedy: "Stop all of them: gateways, runners, projectors. They would go on with the old epoch.",
    })
  const epoch = yield* beginEpoch({ url }, after, yield* Clock.currentTimeMillis).pipe(
    Effect.mapError((failure) =>
      failure._tag === "OtherEpoch"
        ? new CommandFailed({
            reason: `the log is ${failure.epoch === undefined ? "not begun" : `of epoch ${failure.epoch}`}, not of ${after}; nothing was changed.`,
            remedy: "parley doctor names the epoch, if this is the right event store.",
          })
        : failed("the event store")(noLog(failure)),
    ),
  )
  const { last } = yield* Effect.mapError(lookAtLog({ url }), (failure) =>
    failed("the event store")(noLog(failure)),
  )
  if (json) return printJson({ previous_epoch: after, epoch, position: last?.position })
  print(`A new epoch, ${epoch}, follows ${after}: clients start afresh by themselves.`)
  print("Start the processes now: read models and log index are built anew.")
})
