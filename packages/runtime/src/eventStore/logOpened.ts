/**
 * The event by which a log names its history: `LogOpened` in stream `parley-log`, whose id is the epoch.
 *
 * Always true: it is the first event of every log, and a restored log gets another before anything else is written to it.
 */
import type { NewEvent } from "../EventStore.ts"
import { eventId } from "../freshIds.ts"

export const logStream = "parley-log"
export const logOpenedType = "LogOpened"

/** A new epoch: random, 32 hex digits. `now` in milliseconds. */
export const logOpened = (now: number): NewEvent => {
  const epoch = eventId()
  return {
    id: epoch,
    type: logOpenedType,
    data: JSON.stringify({ epoch }),
    // As the domain's `encodeMetadata` writes it, which would bring the whole of Schema into the threads that open a log.
    metadata: JSON.stringify({ v: 1, actor: "parley", causation: epoch, correlation: epoch, ts: now }),
  }
}
