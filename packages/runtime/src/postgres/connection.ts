/**
 * How a session with Postgres is opened: the URL, TLS, and the settings that every session starts with.
 *
 * Always true: what leaves this file as a failure names neither the URL nor anything in it but the reason.
 *
 * `sslmode` as libpq has it, but stricter: `require` and above check the certificate and its name; `sslrootcert` names a file of
 * authorities, without it Node's own list is asked. `prefer` and `allow` take plain text from a server without TLS, and only then.
 */
import { readFileSync } from "node:fs"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import type { PgClientConfig } from "@effect/sql-pg/PgClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { PostgresRefused } from "../errors.ts"

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database?sslmode=verify-full`; a socket's directory as `?host=/run/postgresql&user=…`. */
  readonly url: Redacted.Redacted
  /** Everything lies in this schema, made when absent. Lower case letters, digits and `_`. Default `parley`. */
  readonly schema?: string
  /** Sessions at most; some are kept by listeners and locks. Default 10. */
  readonly maxConnections?: number
  /** Default 5 s. */
  readonly connectTimeout?: Duration.Input
  /** The server gives up on a statement after this. Default 10 s. */
  readonly statementTimeout?: Duration.Input
  /** Everything asked for is answered within this, the wait for a free session included. Default 15 s. */
  readonly answerTimeout?: Duration.Input
  /** A session not used for this long is closed. Default 1 min. */
  readonly idleTimeout?: Duration.Input
  /** One migration, and the wait for another node's. Default 10 min. */
  readonly migrationTimeout?: Duration.Input
  /** How long the server may be away when this starts. Default 30 s. */
  readonly patienceAtStart?: Duration.Input
}

const refused = (detail: string): PostgresRefused => new PostgresRefused({ reason: "bad_options", detail })

/** `bigint` columns as numbers: positions, times and counts stay far below 2^53; beyond it decoding fails and nothing is rounded. */
const types = PgTypes.makeRegistry()
const eightBytes = (value: bigint | number): Uint8Array => {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}
types.register<bigint | number>(
  PgTypes.OID.int8,
  {
    encode: (value) => Result.succeed(eightBytes(value)),
    decode: (bytes) => {
      const value = Number(Buffer.from(bytes.buffer, bytes.byteOffset, 8).readBigInt64BE())
      return Number.isSafeInteger(value)
        ? Result.succeed(value)
        : Result.fail(new PgTypes.CodecError({ message: "A bigint is beyond 2^53" }))
    },
  },
  { arrayOid: PgTypes.OID.int8Array },
)

const tlsOf = (parameters: URLSearchParams): Effect.Effect<PgClientConfig["ssl"], PostgresRefused> =>
  Effect.gen(function* () {
    for (const name of parameters.keys())
      if (name.startsWith("ssl") && name !== "sslmode" && name !== "sslrootcert")
        return yield* refused(`The URL's parameter ${name} is not known`)
    const file = parameters.get("sslrootcert")
    if (file === null) return undefined
    const mode = parameters.get("sslmode")
    if (mode === null || !["require", "verify-ca", "verify-full"].includes(mode))
      return yield* refused("The URL has sslrootcert, but no sslmode that asks for a certificate")
    const ca = yield* Effect.try({
      try: () => readFileSync(file, "utf8"),
      catch: () => refused("The file that the URL's sslrootcert names cannot be read"),
    })
    return { ca }
  })

/** The name goes into statements, so it is a plain one. */
const plainName = /^[a-z_][a-z0-9_]{0,62}$/

export interface Resolved {
  readonly config: PgClientConfig
  readonly schema: string
  readonly answerTimeout: Duration.Duration
  readonly migrationTimeout: Duration.Duration
}

const milliseconds = (input: Duration.Input | undefined, otherwise: Duration.Input): string =>
  String(Math.ceil(Duration.toMillis(Duration.fromInputUnsafe(input ?? otherwise))))

export const resolve = Effect.fnUntraced(function* (
  options: PostgresOptions,
): Effect.fn.Return<Resolved, PostgresRefused> {
  const schema = options.schema ?? "parley"
  if (!plainName.test(schema))
    return yield* refused("The schema's name has other than lower case letters, digits and _")
  const url = yield* Effect.try({
    try: () => new URL(Redacted.value(options.url)),
    // What was thrown carries the URL, password and all.
    catch: () => refused("The URL cannot be read"),
  })
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:")
    return yield* refused("The URL does not begin with postgres:// or postgresql://")
  const ssl = yield* tlsOf(url.searchParams)
  return {
    schema,
    answerTimeout: Duration.fromInputUnsafe(options.answerTimeout ?? "15 seconds"),
    migrationTimeout: Duration.fromInputUnsafe(options.migrationTimeout ?? "10 minutes"),
    config: {
      url: options.url,
      ...(ssl === undefined ? {} : { ssl }),
      connectTimeout: options.connectTimeout ?? "5 seconds",
      keepAlive: "10 seconds",
      applicationName: "parley",
      types,
      startupParameters: {
        search_path: schema,
        timezone: "UTC",
        // Compiling a plan takes longer than any statement here runs, and is decided by guessed costs.
        jit: "off",
        statement_timeout: milliseconds(options.statementTimeout, "10 seconds"),
        // A node that freezes inside a transaction must not hold its locks for ever.
        idle_in_transaction_session_timeout: milliseconds(options.answerTimeout, "15 seconds"),
      },
    },
  }
})
