/**
 * Events and their places, between the port's words and the client's.
 *
 * Always true: what is read is text as `JSON.stringify` writes it, which is what was appended when that was written so too.
 */
import type { AllStreamResolvedEvent, ResolvedEvent } from "@eventstore/db-client"
import type { Position, RecordedEvent } from "../../EventStore.ts"

export const uuidOf = (id: string): string => {
  if (!/^[0-9a-f]{32}$/.test(id)) throw new Error("an event's id is 32 lower-case hex digits")
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`
}

/** Beyond what a number holds exactly nothing could be compared any more. */
export const numberOf = (place: bigint): number => {
  const number = Number(place)
  if (!Number.isSafeInteger(number)) throw new Error("a place in the log is beyond 2^53")
  return number
}

/** Whole appends are one record of the log each event: both halves of a position are the same. */
export const placeOf = (position: Position) => ({ commit: BigInt(position), prepare: BigInt(position) })

const textOf = (value: unknown): string =>
  value === undefined
    ? ""
    : value instanceof Uint8Array
      ? Buffer.from(value).toString("utf8")
      : JSON.stringify(value)

/** `stream`: as the port names it. */
export const recordedOf = (
  stream: string,
  { event, commitPosition }: ResolvedEvent | AllStreamResolvedEvent,
): RecordedEvent => {
  if (event === undefined) throw new Error("an event that was read is none")
  const position = event.position === undefined ? commitPosition : event.position.commit
  if (position === undefined) throw new Error("this EventStoreDB tells no positions: it is older than 22.6")
  return {
    id: event.id.replaceAll("-", ""),
    type: event.type,
    data: textOf(event.data),
    metadata: textOf(event.metadata),
    stream,
    revision: numberOf(event.revision),
    position: numberOf(position),
    created: event.created.getTime(),
  }
}

/** How the port's stream names stand in the store: behind a prefix, so that several logs can share it. System streams keep their `$`. */
export class StreamNames {
  readonly prefix: string

  constructor(prefix: string) {
    this.prefix = prefix
  }

  inStore(name: string): string {
    return name.startsWith("$") ? `$${this.prefix}${name.slice(1)}` : this.prefix + name
  }

  /** `undefined`: not of this log, or a system stream. */
  ofLog(name: string): string | undefined {
    return name.startsWith("$") || !name.startsWith(this.prefix) ? undefined : name.slice(this.prefix.length)
  }
}

/** `undefined`: of another log, or the server's own (`$…`), a tombstone among them. */
export const ownEventOf = (
  names: StreamNames,
  resolved: AllStreamResolvedEvent,
): RecordedEvent | undefined => {
  const { event } = resolved
  const stream = event === undefined || event.type.startsWith("$") ? undefined : names.ofLog(event.streamId)
  return stream === undefined ? undefined : recordedOf(stream, resolved)
}
