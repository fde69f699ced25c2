/**
 * What an error of Postgres means for whoever asked: wait, call an operator, or we are wrong.
 *
 * Always true: what is passed on is the code and the server's sentence, never the cause itself, which may carry the URL, parameters
 * or rows.
 */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import { type PostgresFailure, PostgresRefused, PostgresUnavailable } from "../errors.ts"

const codeAndSentence = (cause: unknown): { readonly code: string; readonly sentence: string } => {
  if (!(cause instanceof Error)) return { code: "", sentence: "" }
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : ""
  return { code, sentence: cause.message }
}

/** Node's and OpenSSL's codes for a certificate that is not accepted. */
const ofCertificate = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|^ERR_(?:TLS|SSL)/

/** Node's codes for a connection that is gone. */
const ofSocket = /^E[A-Z]+$/

/**
 * Classes: 08 connection, 40 rollback (deadlock, serialization), 53 resources (disk full, too many connections), 55 object not ready,
 * 57 operator (shutting down, cancelled, statement time-out), 58 system. 25006: a standby, until it is promoted. 25P03: idle in a transaction.
 */
const passing = /^(?:08|40|53|55|57|58)|^25006$|^25P03$/

/** A code of Postgres has five signs and a digit among them; `EPIPE` has five too. */
const isOfPostgres = (code: string): boolean => /^(?=.*\d)[0-9A-Z]{5}$/.test(code)

export const failureOf = (error: SqlError): Effect.Effect<never, PostgresFailure> => {
  const { _tag, cause } = error.reason
  const { code, sentence } = codeAndSentence(cause)
  const detail = `${code === "" ? _tag : code}: ${sentence}`
  const refused = (reason: PostgresRefused["reason"]) => Effect.fail(new PostgresRefused({ reason, detail }))
  if (ofCertificate.test(code) || sentence === "The server does not support TLS") return refused("tls")
  if (_tag === "AuthenticationError") return refused("credentials")
  if (code === "42501") return refused("permission")
  if (code === "3D000") return refused("no_database")
  const waitingHelps = isOfPostgres(code)
    ? passing.test(code)
    : _tag === "ConnectionError" || ofSocket.test(code)
  if (waitingHelps) return Effect.fail(new PostgresUnavailable({ reason: detail }))
  // A statement of ours that Postgres does not take. Sentences of class 22 quote the value.
  return Effect.die(new Error(`Postgres refused a statement: ${code.startsWith("22") ? code : detail}`))
}
