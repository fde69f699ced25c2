/**
 * What nodes tell each other about the models over Postgres's own channel: that one has moved, or that somebody waits for it.
 *
 * Always true: any of it may be lost. Whoever listens looks by himself now and then, and looks after every new connection.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { SqlError } from "effect/sql/SqlError"
import type { Position } from "@parley/runtime/EventStore"
import type { Postgres } from "@parley/runtime/postgres/Postgres"

/** `moved`: look at it. `wanted`: follow the log now, if that is yours to do. */
export type Word = "moved" | "wanted"

/** Which generation has moved, and how far. */
export interface Moved {
  readonly generation: number
  readonly epoch: string
  readonly position: Position
}

const pause = "1 second"

const channelOf = ({ schema }: Postgres["Service"]): string => `${schema}_models`

/** Inside a transaction it is heard when that is committed. `moved` spares those who hear it the question. */
export const tell = (
  postgres: Postgres["Service"],
  model: string,
  word: Word,
  moved?: Moved,
): Effect.Effect<unknown, SqlError> => {
  const where = moved === undefined ? "" : ` ${moved.generation} ${moved.epoch} ${moved.position}`
  return postgres.sql`SELECT pg_notify(${channelOf(postgres)}, ${`${model} ${word}${where}`})`
}

/** Listens for ever, over a session of its own. `hear` without arguments: anything may have been missed. */
export const listen = (
  postgres: Postgres["Service"],
  hear: (model?: string, word?: Word, moved?: Moved) => void,
): Effect.Effect<never> =>
  Effect.gen(function* () {
    const queue = yield* postgres.sql.listen(channelOf(postgres))
    hear()
    for (;;) {
      const { payload } = yield* Queue.take(queue)
      const [model, word, generation, epoch, position] = payload.split(" ")
      if (word === "wanted") hear(model, word)
      else if (epoch === undefined) hear(model, "moved")
      else hear(model, "moved", { generation: Number(generation), epoch, position: Number(position) })
    }
  }).pipe(Effect.scoped, Effect.ignoreCause, Effect.andThen(Effect.sleep(pause)), Effect.forever)
