/** What an append must be before any adapter looks at it. */
import { AppendTooLarge } from "../errors.ts"
import type { Append, NewEvent } from "../EventStore.ts"

/** EventStoreDB takes no more in one append, so no adapter does. */
export const maxAppendBytes = 1_048_576

/** Data, metadata and ids in UTF-8. Far below the limit an upper bound: counting bytes costs more than counting characters. */
export const appendBytes = (events: ReadonlyArray<NewEvent>): number => {
  let characters = 0
  for (const { id, data, metadata } of events) characters += id.length + data.length + metadata.length
  if (characters * 3 <= maxAppendBytes) return characters * 3
  let bytes = 0
  for (const { id, data, metadata } of events)
    bytes += Buffer.byteLength(id) + Buffer.byteLength(data) + Buffer.byteLength(metadata)
  return bytes
}

/** Throws on what no caller of ours may ask: an append of nothing, or one that takes the same key twice. */
export const tooLarge = ({ events, keys = [] }: Append): AppendTooLarge | undefined => {
  if (events.length === 0) throw new Error("an append holds at least one event")
  if (keys.length > 1) {
    const distinct = new Set(keys.map((key) => `${key.sender}\n${key.clientMsgId}`))
    if (distinct.size < keys.length) throw new Error("two messages of one append have the same key")
  }
  const bytes = appendBytes(events)
  return bytes > maxAppendBytes ? new AppendTooLarge({ bytes }) : undefined
}
