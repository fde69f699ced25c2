/**
 * The one live subscription to `$all`: it tells that there is something new, and what. Whoever follows takes it from the `LiveTail` or reads it, by
 * position.
 *
 * Always true: it is made again for as long as its scope lasts, after a pause that grows to five seconds; each time it stands, everybody
 * who follows looks once, so nothing that came in between is missed; and nobody is handed an event, so none can come twice.
 */
import {
  type AllStreamResolvedEvent,
  END,
  type EventStoreDBClient,
  streamNameFilter,
} from "@eventstore/db-client"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { RecordedEvent } from "../../EventStore.ts"
import { ownEventOf, type StreamNames } from "./storedEvents.ts"

const firstPause = 50
const longestPause = 5_000

interface LiveLog {
  readonly client: EventStoreDBClient
  readonly names: StreamNames
  /** How long the server may take to confirm, in milliseconds. */
  readonly patience: number
  /** It stands: what came before it is to be read. */
  readonly confirmed: () => void
  readonly heard: (event: RecordedEvent) => void
  readonly broken: () => void
}

/** Ends, with success, when the subscription does, however that comes about. */
const listen = ({ client, names, patience, confirmed, heard, broken }: LiveLog): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const { prefix } = names
    const subscription = client.subscribeToAll({
      fromPosition: END,
      requiresLeader: true,
      ...(prefix === "" ? {} : { filter: streamNameFilter({ prefixes: [prefix] }) }),
    })
    let closed = false
    const close = (): void => {
      // Its error may come later than the end that we made of it.
      if (closed) return
      closed = true
      clearTimeout(late)
      broken()
      subscription.unsubscribe().catch(() => undefined)
      subscription.destroy()
    }
    const ended = (): void => {
      close()
      resume(Effect.void)
    }
    const late = setTimeout(ended, patience)
    subscription.on("confirmation", () => {
      clearTimeout(late)
      confirmed()
    })
    subscription.on("data", (resolved: AllStreamResolvedEvent) => {
      if (closed) return
      try {
        const event = ownEventOf(names, resolved)
        if (event !== undefined) heard(event)
      } catch {
        // Thrown here it would end the process. Whoever reads the event fails with it.
        ended()
      }
    })
    subscription.on("error", ended)
    subscription.on("end", ended)
    return Effect.sync(close)
  })

/** Until the scope ends. */
export const followLive = (live: LiveLog): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    let pause = firstPause
    const confirmed = (): void => {
      pause = firstPause
      live.confirmed()
    }
    const again = Effect.suspend(() => {
      const now = pause / 2 + (Math.random() * pause) / 2
      pause = Math.min(pause * 2, longestPause)
      return Effect.sleep(now)
    })
    yield* listen({ ...live, confirmed }).pipe(Effect.andThen(again), Effect.forever, Effect.forkScoped)
  })
