/**
 * A run of a conversation's frames as a replay shows it: what was edited says what it says now, what was deleted says nothing.
 *
 * Always true: the present is that of the run's end; what is done to a message later follows as a frame of its own.
 */
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import type { ConversationLog } from "./ConversationLog.ts"
import type { FramedEvent } from "./FramedEvent.ts"

/** @param events consecutive, ascending. Only a run with an edit or a deletion in it costs a read of the log. */
export const asPresent = (
  log: Pick<ConversationLog, "backward" | "present">,
  events: ReadonlyArray<FramedEvent>,
): Effect.Effect<ReadonlyArray<FramedEvent>, Unavailable> => {
  const last = events.at(-1)
  if (last === undefined || !events.some((event) => event.rewrites)) return Effect.succeed(events)
  return log
    .backward(last.conversation, last.seq, events.length)
    .pipe(Effect.flatMap((recorded) => log.present(recorded.toReversed())))
}
