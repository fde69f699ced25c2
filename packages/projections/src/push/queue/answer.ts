/** One operation asked of the file, and every way it can end as a value. */
import type { Operation, QueueReply } from "./messages.ts"
import type { QueueFile } from "./QueueFile.ts"
import { PositionMoved, QueueFull } from "./refusals.ts"

export const answer = (file: QueueFile, name: Operation, args: ReadonlyArray<unknown>): QueueReply => {
  try {
    const operation = file[name] as (...given: Array<unknown>) => unknown
    return { _tag: "Done", result: operation.apply(file, [...args]) }
  } catch (cause) {
    if (cause instanceof QueueFull) return { _tag: "Full", waiting: cause.waiting }
    if (cause instanceof PositionMoved) return { _tag: "Moved", from: cause.from }
    return { _tag: "Failed", reason: cause instanceof Error ? cause.message : String(cause) }
  }
}
