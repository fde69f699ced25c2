/** What the client may throw, and what the caller is told: the port's errors, and nothing of a foreign text. */
import { expect, it } from "vitest"
import { failureOf } from "../../src/eventStore/eventStoreDb/failures.ts"

const told = (cause: unknown) => {
  const { _tag, ...fields } = failureOf({ address: "esdb://one:2113", stream: "a", bytes: 7 }, cause)
  return { _tag, ...fields }
}

const foreign = (more: object) => Object.assign(new Error("s3cret of somebody"), { details: "s3cret" }, more)

it.each([
  [
    { type: "wrong-expected-version", actualVersion: 7n },
    { _tag: "WrongExpectedRevision", stream: "a", actual: 7 },
  ],
  [
    { type: "wrong-expected-version", actualVersion: "no_stream" },
    { _tag: "WrongExpectedRevision", stream: "a", actual: -1 },
  ],
  [{ type: "stream-deleted" }, { _tag: "StreamDeleted", stream: "a" }],
  [{ type: "stream-not-found" }, { _tag: "StreamNotFound", stream: "a" }],
  [{ type: "maximum-append-size-exceeded" }, { _tag: "AppendTooLarge", bytes: 7 }],
  [{ type: "access-denied", code: 16 }, { _tag: "StoreUnavailable" }],
  [{ type: "unknown", code: 2 }, { _tag: "StoreUnavailable" }],
  // A plain gRPC error: the server was away.
  [
    { code: 14 },
    { _tag: "StoreUnavailable", reason: "the event store at esdb://one:2113: unavailable (14)" },
  ],
  [{ code: 99 }, { _tag: "StoreUnavailable", reason: "the event store at esdb://one:2113: failed (99)" }],
  [
    { type: "s3cret!", code: "s3cret" },
    { _tag: "StoreUnavailable", reason: "the event store at esdb://one:2113: lost" },
  ],
])("%o is told as %o", (thrown, expected) => {
  const failure = told(foreign(thrown))
  expect(failure).toMatchObject(expected)
  expect(JSON.stringify(failure)).not.toContain("s3cret")
})

it("what is no error at all is an unknown outcome", () => {
  for (const cause of [undefined, null, "s3cret", 3])
    expect(told(cause)).toMatchObject({ _tag: "StoreUnavailable" })
})
