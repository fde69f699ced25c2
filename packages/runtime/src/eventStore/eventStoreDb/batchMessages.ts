/**
 * `Streams.BatchAppend` in the protocol's own messages: the request of one append, and what its answer says.
 *
 * Always true: data and metadata travel as they were given, byte for byte. What is no JSON is not sent: the server's own tools, and the client
 * that reads it, take it for JSON.
 */
import { createRequire } from "node:module"
import shared from "@eventstore/db-client/generated/shared_pb.js"
import type * as Shared from "@eventstore/db-client/generated/shared_pb.js"
import streams from "@eventstore/db-client/generated/streams_pb.js"
import type * as Streams from "@eventstore/db-client/generated/streams_pb.js"
import type { Append, Appended, ExpectedRevision, NewEvent } from "../../EventStore.ts"
import { numberOf, uuidOf } from "./storedEvents.ts"

/** Google's own messages, which the client's package takes from a dependency of its own: looked for from there. */
const fromClient = createRequire(createRequire(import.meta.url).resolve("@eventstore/db-client"))
const { Timestamp } = fromClient("google-protobuf/google/protobuf/timestamp_pb.js") as {
  readonly Timestamp: { fromDate(date: Date): ReturnType<Streams.BatchAppendReq.Options["getDeadline"]> }
}
const { Empty } = fromClient("google-protobuf/google/protobuf/empty_pb.js") as {
  readonly Empty: new () => NonNullable<ReturnType<Streams.BatchAppendReq.Options["getNoStream"]>>
}

/**
 * A deadline is a time of the server's clock, which may not be ours: far away, so that a clock that is wrong does no harm. Our own
 * patience ends long before.
 */
const deadlineMs = 3_600_000

const checked = (field: string, text: string): Uint8Array => {
  try {
    JSON.parse(text)
  } catch {
    throw new Error(`an event's ${field} is not JSON`)
  }
  return Buffer.from(text)
}

const proposed = ({ id, type, data, metadata }: NewEvent): Streams.BatchAppendReq.ProposedMessage => {
  const message = new streams.BatchAppendReq.ProposedMessage()
    .setId(new shared.UUID().setString(uuidOf(id)))
    .setData(checked("data", data))
    .setCustomMetadata(checked("metadata", metadata))
  message.getMetadataMap().set("type", type).set("content-type", "application/json")
  return message
}

/** What is no revision becomes one that no stream has: the server then says where it is. */
export const revisionOf = (expected: number): string =>
  String(Number.isSafeInteger(expected) && expected >= 0 ? expected : Number.MAX_SAFE_INTEGER)

const optionsOf = (stream: string, expected: ExpectedRevision): Streams.BatchAppendReq.Options => {
  const options = new streams.BatchAppendReq.Options()
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)))
    .setDeadline(Timestamp.fromDate(new Date(Date.now() + deadlineMs)))
  return expected === "no_stream"
    ? options.setNoStream(new Empty())
    : options.setStreamPosition(revisionOf(expected))
}

/** `stream`: as it is named in the store. Throws on what no caller of ours may append. */
export const batchRequest = (
  correlation: string,
  stream: string,
  { expected, events }: Pick<Append, "expected" | "events">,
): Streams.BatchAppendReq =>
  new streams.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(correlation))
    .setOptions(optionsOf(stream, expected))
    .setProposedMessagesList(events.map(proposed))
    .setIsFinal(true)

/** The id that a request had. */
export const correlationOf = (answer: Streams.BatchAppendResp): string | undefined => {
  const id: Shared.UUID | undefined = answer.getCorrelationId()
  if (id === undefined || !id.hasStructured()) return id?.getString()
  const { mostSignificantBits: most, leastSignificantBits: least } = id.getStructured()!.toObject()
  const digits = [most, least]
    .map((bits) => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, "0"))
    .join("")
  return uuidOf(digits)
}

/** The client's words for the types of an answer's error, so that both are told alike. */
const types: Readonly<Record<string, string>> = {
  StreamDeleted: "stream-deleted",
  AccessDenied: "access-denied",
  Timeout: "timeout",
  Unknown: "unknown",
  InvalidTransaction: "invalid-transaction",
  MaximumAppendSizeExceeded: "maximum-append-size-exceeded",
}

/** `undefined`: appended. Else as the client throws it, for `failureOf`. */
export const errorOf = (
  answer: Streams.BatchAppendResp,
): { readonly type: string; readonly actualVersion?: bigint } | undefined => {
  const details = answer.getError()?.getDetails()
  if (!answer.hasError()) return undefined
  const name = details?.getTypeName().replace(/^event_store\.client\./, "") ?? ""
  if (name !== "WrongExpectedVersion") return { type: types[name] ?? "unknown" }
  const wrong = shared.WrongExpectedVersion.deserializeBinary(details!.getValue_asU8())
  const known = wrong.hasCurrentStreamRevision()
  return {
    type: "wrong-expected-version",
    ...(known ? { actualVersion: BigInt(wrong.getCurrentStreamRevision()) } : {}),
  }
}

/** `undefined`: it does not say where. */
export const placeOfAppended = (answer: Streams.BatchAppendResp): Appended | undefined => {
  const success = answer.getSuccess()
  const position = success?.getPosition()
  if (success === undefined || position === undefined || !success.hasCurrentRevision()) return undefined
  return {
    revision: numberOf(BigInt(success.getCurrentRevision())),
    position: numberOf(BigInt(position.getCommitPosition())),
  }
}
