/**
 * Which device registered a token or subscription last, on Postgres: known to all nodes.
 *
 * Always true: registrations come one after another, so that a target has one holder and a device one target whoever is faster.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type PostgresFailure, Unavailable } from "@parley/runtime/errors"
import { Postgres } from "@parley/runtime/postgres/Postgres"
import { targetMigrations } from "../queuePostgres/tables.ts"
import { hashOf, type Holder, PushTargets } from "./PushTargets.ts"

/** Of registrations among all advisory locks with two keys: the letters “targ”. */
const lockClass = 0x74617267

const unavailable = (): Unavailable => new Unavailable({ reason: "push targets" })

export const layer: Layer.Layer<PushTargets, PostgresFailure, Postgres> = Layer.effect(
  PushTargets,
  Effect.gen(function* () {
    const { sql, ask, transaction, schema, migrate } = yield* Postgres
    yield* migrate(targetMigrations)
    return {
      holderOf: (target) =>
        ask(sql<Holder>`SELECT "user", device FROM push_targets WHERE hash = ${hashOf(target)}`).pipe(
          Effect.map(([holder]) => holder),
          Effect.mapError(unavailable),
        ),
      hold: (target, { user, device }) =>
        transaction(
          Effect.gen(function* () {
            yield* sql`SELECT pg_advisory_xact_lock(${lockClass}, hashtext(${schema}))`
            yield* sql`DELETE FROM push_targets WHERE hash = ${hashOf(target)} OR ("user" = ${user} AND device = ${device})`
            yield* sql`INSERT INTO push_targets (hash, "user", device) VALUES (${hashOf(target)}, ${user}, ${device})`
          }),
        ).pipe(Effect.mapError(unavailable)),
    }
  }),
)
