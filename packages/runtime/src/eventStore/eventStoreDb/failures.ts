/**
 * What the client throws, as the port's errors. The foreign text stays here: it may hold anything.
 *
 * Always true: whatever is not plainly something else is `StoreUnavailable`, so that an unknown outcome is never taken for a known one.
 */
import {
  AppendTooLarge,
  StoreUnavailable,
  StreamDeleted,
  StreamNotFound,
  WrongExpectedRevision,
} from "../../errors.ts"

export type StoreFailure =
  | WrongExpectedRevision
  | StreamDeleted
  | StreamNotFound
  | AppendTooLarge
  | StoreUnavailable

/** What a call was about: `address` for people, the rest for the errors. */
export interface About {
  readonly address: string
  /** As the port names it. */
  readonly stream: string
  readonly bytes: number
}

/** Fields of the client's errors and of gRPC's, either of which a call may throw. */
interface Thrown {
  readonly type?: unknown
  readonly code?: unknown
  readonly actualVersion?: unknown
}

/** gRPC's names of the codes that a store can answer. */
const codes: Readonly<Record<number, string>> = {
  1: "cancelled",
  2: "unknown",
  4: "deadline exceeded",
  7: "permission denied",
  8: "resource exhausted",
  10: "aborted",
  13: "internal",
  14: "unavailable",
  16: "unauthenticated",
}

/** The client's own types are words of its source, not texts of a server. */
const reasonOf = ({ type, code }: Thrown): string => {
  const named = typeof code === "number" ? `${codes[code] ?? "failed"} (${code})` : undefined
  if (typeof type === "string" && /^[a-z-]{1,40}$/.test(type)) return type
  return named ?? "lost"
}

export const unavailable = (address: string, reason: string): StoreUnavailable =>
  new StoreUnavailable({ reason: `the event store at ${address}: ${reason}` })

export const failureOf = ({ address, stream, bytes }: About, cause: unknown): StoreFailure => {
  const thrown: Thrown = typeof cause === "object" && cause !== null ? cause : {}
  switch (thrown.type) {
    case "wrong-expected-version":
      return new WrongExpectedRevision({
        stream,
        actual: typeof thrown.actualVersion === "bigint" ? Number(thrown.actualVersion) : -1,
      })
    case "stream-deleted":
      return new StreamDeleted({ stream })
    case "stream-not-found":
      return new StreamNotFound({ stream })
    case "maximum-append-size-exceeded":
      return new AppendTooLarge({ bytes })
    default:
      return unavailable(address, reasonOf(thrown))
  }
}
