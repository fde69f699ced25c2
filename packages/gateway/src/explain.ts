/** Why the server cannot run, in one line for the person who started it. */
import * as Cause from "effect/Cause"
import type { NoFoundation } from "./compose/Foundation.ts"
import type { CannotListen } from "./http/listen.ts"

/** 78 is EX_CONFIG of sysexits.h. */
export const exitCodes = { failure: 1, configuration: 78 } as const

type Failure = NoFoundation | CannotListen

type StoreRefused = Extract<NoFoundation, { readonly _tag: "StoreRefused" }>

const refusals: Readonly<Record<StoreRefused["reason"], string>> = {
  corrupt: "is damaged",
  foreign: "is not one of Parley's files",
  in_use: "is used by another process",
  newer_version: "was written by a newer version",
  not_durable: "would not be durable",
  unusable_url: "cannot be used",
}

export const explain = (cause: Cause.Cause<Failure>): string => {
  const failure = cause.reasons.find(Cause.isFailReason)?.error
  switch (failure?._tag) {
    case "StoreRefused":
      return `Parley cannot start: ${failure.path} ${refusals[failure.reason]} (${failure.detail}). Nothing was changed.`
    case "StoreUnavailable":
    case "VaultUnavailable":
      return `Parley cannot start: ${failure.reason}`
    case "PostgresUnavailable":
      return `Parley cannot start: Postgres cannot be reached (${failure.reason})`
    case "PostgresRefused":
      return `Parley cannot start: Postgres cannot be used (${failure.detail})`
    case "SocketServerError":
      return "Parley cannot start: cannot listen at PARLEY_RUNNER_ADDRESS; is its port in use?"
    case "CannotListen":
      return failure.reason === "EADDRINUSE"
        ? `Parley cannot start: port ${failure.port} is in use. Set PARLEY_HTTP_PORT and PARLEY_OPS_PORT.`
        : `Parley cannot start: cannot listen on ${failure.host}:${failure.port} (${failure.reason}).`
    case undefined:
      return `Parley broke: ${Cause.pretty(cause)}`
  }
}
