/** The log of a world as the stream reads it; every read waits at the world's gate. */
import type { Unavailable } from "@parley/runtime/errors"
import type { RecordedEvent } from "@parley/runtime/EventStore"
import type * as Effect from "effect/Effect"
import type { ConversationLog } from "../../src/stream/ConversationLog.ts"
import { type TestLog, presentFrames } from "./TestLog.ts"

type Wait = <A>(at: string, answer: () => A) => Effect.Effect<A, Unavailable>

export const worldLog = (world: TestLog & { readonly headsAtOnce: boolean }, wait: Wait): ConversationLog => {
  const of = (conversation: string) => world.streams.get(conversation) ?? []
  const headOf = (conversation: string) => {
    const [revision, last] = [of(conversation).length - 1, of(conversation).at(-1)]
    return last === undefined ? undefined : { revision, position: last.position }
  }
  return {
    headPosition: wait("headPosition", () => world.position),
    head: (conversation) => wait("head", () => headOf(conversation)),
    headNow: (conversation) => (world.headsAtOnce ? headOf(conversation) : undefined),
    forward: (conversation, from, limit) =>
      wait("forward", () =>
        of(conversation)
          .slice(from, from + limit)
          .map((one) => one.framed),
      ),
    backward: (conversation, from, limit) =>
      wait("backward", () =>
        of(conversation)
          .slice(Math.max(0, from + 1 - limit), from + 1)
          .map(({ event, framed: { seq }, position }): RecordedEvent => ({
            id: "",
            type: event._tag,
            data: "",
            metadata: "",
            stream: conversation,
            revision: seq,
            position,
            created: 0,
          }))
          .reverse(),
      ),
    fromJoin: (conversation) =>
      wait("fromJoin", () => {
        const created = of(conversation)[0]?.event
        return created?._tag === "ConversationCreated" && created.history === "from_join"
      }),
    present: (events) =>
      wait("present", () =>
        presentFrames(
          events[0]?.stream ?? "",
          events.map(({ revision, stream }) => of(stream)[revision]!),
        ),
      ),
  }
}
