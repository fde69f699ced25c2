/** The size that an append's limit of 1 MiB is about: data, metadata and ids of all its events, in UTF-8. */
import type { NewEvent } from "../EventStore.ts"

export const maxAppendBytes = 1_048_576

/** An upper bound as long as it is far below the limit, exact otherwise: counting bytes costs more than counting characters. */
export const appendSize = (events: ReadonlyArray<NewEvent>): number => {
  let characters = 0
  for (const { id, data, metadata } of events) characters += id.length + data.length + metadata.length
  if (characters * 3 <= maxAppendBytes) return characters * 3
  let bytes = 0
  for (const { id, data, metadata } of events)
    bytes += Buffer.byteLength(id) + Buffer.byteLength(data) + Buffer.byteLength(metadata)
  return bytes
}
