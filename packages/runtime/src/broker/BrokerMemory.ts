/** The broker of one process: everything reaches its receivers in the publisher's turn, and nothing is ever lost. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Broker } from "../Broker.ts"
import { Deliveries, everybody, subscribe } from "./Deliveries.ts"

export const layer: Layer.Layer<Broker> = Layer.effect(
  Broker,
  Effect.gen(function* () {
    const context = yield* Effect.context()
    const deliveries = new Deliveries((cause) => {
      Effect.runForkWith(context)(Effect.logError("A receiver of announcements failed", cause))
    })
    return {
      shared: false,
      publish: deliveries.publish,
      tell: deliveries.tell,
      subscribeConversation: (conversation, receive) =>
        Effect.sync(() => subscribe(deliveries.conversations, conversation, receive)),
      subscribeUser: (user, receive) => Effect.sync(() => subscribe(deliveries.users, user, receive)),
      subscribeNotes: (user, receive) => Effect.sync(() => subscribe(deliveries.notes, user, receive)),
      hint: deliveries.hint,
      subscribeHints: (receive) => Effect.sync(() => subscribe(deliveries.hints, everybody, receive)),
      revoke: deliveries.revoke,
      subscribeRevocations: (receive) =>
        Effect.sync(() => subscribe(deliveries.revocations, everybody, receive)),
      arrive: deliveries.arrive,
      subscribeArrivals: (receive) => Effect.sync(() => subscribe(deliveries.arrivals, everybody, receive)),
      subscribeLosses: () => Effect.succeed(() => undefined),
    }
  }),
)
