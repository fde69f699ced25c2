/** Which events imply lines of the log index, and which lines: the same whoever computes them. */
import type { EventMark, MessageKey, RecordedEvent } from "../EventStore.ts"

export interface LogLines {
  /** Of the streams whose events imply any. */
  readonly prefixes: ReadonlyArray<string>
  /** Throws when the event cannot be read: the index then stays before it. */
  readonly linesOf: (event: RecordedEvent) => {
    readonly keys: ReadonlyArray<MessageKey>
    readonly marks: ReadonlyArray<EventMark>
  }
}
