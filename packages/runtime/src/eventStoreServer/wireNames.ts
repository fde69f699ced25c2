/**
 * Names, numbers and ids as the protocol writes them: stream names are bytes, 64-bit numbers are decimal strings, event ids are UUIDs.
 *
 * Always true: a position has the same number on the wire as in the log, as commit and as prepare position, so that a checkpoint made
 * beside an embedded log holds for the served one.
 */
import type * as Shared from "@eventstore/db-client/generated/shared_pb.js"
import type { Position } from "../EventStore.ts"
import { invalid } from "./failures.ts"
import { shared } from "./generated.ts"

const maxNameBytes = 1_024
const decoder = new TextDecoder("utf-8", { fatal: true })

export const streamNameOf = (identifier: Shared.StreamIdentifier | undefined): string => {
  const bytes = identifier?.getStreamName_asU8() ?? new Uint8Array()
  if (bytes.length === 0) throw invalid("a stream has a name")
  if (bytes.length > maxNameBytes) throw invalid(`a stream's name has at most ${maxNameBytes} bytes`)
  try {
    return decoder.decode(bytes)
  } catch {
    throw invalid("a stream's name is UTF-8")
  }
}

export const identifierOf = (stream: string): Shared.StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(stream))

/** Unsigned 64 bits; what a number cannot hold exactly is beyond every revision and position. */
export const numberOf = (text: string): number => Math.min(Number(text), Number.MAX_SAFE_INTEGER)

/** Of a message with both positions: EventStoreDB has several of the same shape. */
export const setPosition = <
  Message extends { setCommitPosition(value: string): unknown; setPreparePosition(value: string): unknown },
>(
  message: Message,
  position: Position,
): Message => {
  const text = String(Math.max(position, 0))
  message.setCommitPosition(text)
  message.setPreparePosition(text)
  return message
}

const hex = /^[0-9a-f]{32}$/

/** 32 lower-case hex digits. Throws `CallRefused` for what is no UUID. */
export const eventIdOf = (uuid: Shared.UUID | undefined): string => {
  const structured = uuid?.getStructured()
  const digits =
    structured === undefined
      ? (uuid?.getString() ?? "").replaceAll("-", "").toLowerCase()
      : [structured.getMostSignificantBits(), structured.getLeastSignificantBits()]
          .map((half) => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, "0"))
          .join("")
  if (!hex.test(digits)) throw invalid("an event's id is a UUID")
  return digits
}

/** The id as text with its dashes, as every client asks for it; or as two numbers. */
export const uuidOf = (id: string, structured = false): Shared.UUID => {
  if (structured)
    return new shared.UUID().setStructured(
      new shared.UUID.Structured()
        .setMostSignificantBits(BigInt.asIntN(64, BigInt(`0x${id.slice(0, 16)}`)).toString())
        .setLeastSignificantBits(BigInt.asIntN(64, BigInt(`0x${id.slice(16)}`)).toString()),
    )
  const parts = [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)]
  return new shared.UUID().setString(parts.join("-"))
}
