/**
 * What is asked of a server before anything is built on it.
 *
 * Always true: a server that may forget what it has acknowledged is refused. What a session may change by itself
 * (`synchronous_commit`) is pinned afterwards for every session; what only the server can change (`fsync`) is looked at here, once.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import { PostgresRefused, PostgresUnavailable, type PostgresFailure } from "../errors.ts"
import type { Resolved } from "./connection.ts"

const refused = (reason: PostgresRefused["reason"], detail: string) => new PostgresRefused({ reason, detail })

/** `idle_session_timeout`, which frees the locks of a node that hangs, came with 14. */
const oldest = 14

/** The server's `synchronous_commit`: `on`, `local`, `remote_write` or `remote_apply`. */
export const preflight = (resolved: Resolved): Effect.Effect<string, SqlError | PostgresFailure> =>
  Effect.gen(function* () {
    const connection = yield* PgConnection.make(resolved.config)
    const { rows } = yield* connection.query(
      `SELECT name, setting FROM pg_settings
       WHERE name IN ('server_version_num', 'server_encoding', 'fsync', 'synchronous_commit', 'transaction_read_only')`,
    )
    const settings = new Map(rows.map((row) => [row["name"], String(row["setting"])]))
    const version = Math.floor(Number(settings.get("server_version_num")) / 10_000)
    if (version < oldest)
      return yield* refused("too_old", `Postgres ${version}; ${oldest} or newer is needed`)
    if (settings.get("server_encoding") !== "UTF8")
      return yield* refused(
        "encoding",
        `The database's encoding is ${settings.get("server_encoding")}, not UTF8`,
      )
    if (settings.get("fsync") !== "on") return yield* refused("not_durable", "fsync is off")
    const commit = settings.get("synchronous_commit") ?? "off"
    if (commit === "off") return yield* refused("not_durable", "synchronous_commit is off")
    if (settings.get("transaction_read_only") === "on")
      return yield* new PostgresUnavailable({
        reason: "The server takes no writes: a standby, or read-only by its settings",
      })
    return commit
  }).pipe(Effect.scoped)
