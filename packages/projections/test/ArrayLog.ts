/** A log in an array, read as a follower reads it. Positions stand two apart: they are not dense. */
import { encodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import type { FollowedLog } from "@parley/projections/Follower"
import type { RecordedEvent } from "@parley/runtime/EventStore"

export class ArrayLog implements FollowedLog {
  readonly events: Array<RecordedEvent> = []
  readonly #revisions = new Map<string, number>()
  currentEpoch = "epoch-1"
  /** While set, reading fails with it. */
  failure: Error | undefined

  /** Appends to the conversation's stream. */
  say(conversation: string, ...events: ReadonlyArray<ConversationEvent>): this {
    for (const event of events)
      this.put(`conversation-${conversation}`, encodeEvent(event, { actor: "test", correlation: "test" }))
    return this
  }

  put(stream: string, stored: Pick<RecordedEvent, "type" | "data" | "metadata">): this {
    const revision = (this.#revisions.get(stream) ?? -1) + 1
    this.#revisions.set(stream, revision)
    const position = this.events.length * 2
    this.events.push({ ...stored, id: `${position}`, stream, revision, position, created: 0 })
    return this
  }

  readonly readAll: FollowedLog["readAll"] = ({ from, limit, prefixes = [] }) => {
    if (this.failure !== undefined) throw this.failure
    return this.events
      .filter(
        ({ position, stream }) => position >= from && prefixes.some((prefix) => stream.startsWith(prefix)),
      )
      .slice(0, limit)
  }

  readonly headPosition = (): number => this.events.at(-1)?.position ?? -1
  readonly epoch = (): string => this.currentEpoch

  /** The same log as of its first `count` events. */
  upTo(count: number): ArrayLog {
    const log = new ArrayLog()
    for (const { stream, ...stored } of this.events.slice(0, count)) log.put(stream, stored)
    log.currentEpoch = this.currentEpoch
    return log
  }
}
