/**
 * `PersistentSubscriptions.Read`: a consumer joins a group, gets events, and says what became of each.
 *
 * Always true: a consumer that leaves, however it leaves, gives back what it had in hand.
 */
import type * as Persistent from "@eventstore/db-client/generated/persistent_pb.js"
import type * as grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import { type CallRefused, invalid, parsed } from "../failures.ts"
import { persistent } from "../generated.ts"
import { persistentEventOf } from "../recorded.ts"
import { eventIdOf } from "../wireNames.ts"
import type { Consumer } from "./Consumers.ts"
import { groupOf } from "./definition.ts"
import type { Group } from "./Group.ts"
import type { Groups } from "./Groups.ts"
import { dropped, tooManySubscribers } from "./refusals.ts"

type Call = grpc.ServerDuplexStream<Persistent.ReadReq, Persistent.ReadResp>

/** Events that a consumer may have in hand, whatever it asks for. */
const maxSlots = 2_000

const confirmation = ({ source, group }: Group["definition"]): Persistent.ReadResp =>
  new persistent.ReadResp().setSubscriptionConfirmation(
    new persistent.ReadResp.SubscriptionConfirmation().setSubscriptionId(`${source}::${group}`),
  )

const userOf = (metadata: grpc.Metadata): string => {
  const basic = /^Basic (.+)$/.exec(String(metadata.get("authorization")[0] ?? ""))?.[1]
  return basic === undefined ? "anonymous" : Buffer.from(basic, "base64").toString().split(":")[0]!
}

/** Throws `CallRefused`. */
const take = (group: Group, request: Persistent.ReadReq): void => {
  const [ack, nack] = [request.getAck(), request.getNack()]
  if (ack !== undefined) return group.ack(ack.getIdsList().map(eventIdOf))
  if (nack === undefined) throw invalid("a subscriber acknowledges or refuses")
  const ids = nack.getIdsList().map(eventIdOf)
  const { Action } = persistent.ReadReq.Nack
  switch (nack.getAction()) {
    case Action.PARK:
      return group.park(ids, nack.getReason())
    case Action.SKIP:
      return group.ack(ids)
    case Action.STOP:
      group.retry(ids, nack.getReason())
      throw dropped(group.definition, nack.getReason())
    default:
      return group.retry(ids, nack.getReason())
  }
}

const consumerOf = (call: Call, options: Persistent.ReadReq.Options, drop: Consumer["drop"]): Consumer => {
  const structured = options.getUuidOption()?.hasStructured() === true
  return {
    slots: Math.min(Math.max(options.getBufferSize(), 1), maxSlots),
    from: call.getPeer(),
    user: userOf(call.metadata),
    connection: String(call.metadata.get("connection-name")[0] ?? ""),
    send: (event, retries) => call.write(persistentEventOf(event, retries, structured)),
    drop,
    inHand: 0,
    room: true,
    total: 0,
  }
}

/** Until the client ends or leaves, or is dropped. */
const joined = (
  call: Call,
  group: Group,
  options: Persistent.ReadReq.Options,
): Effect.Effect<void, CallRefused> => {
  let leave = (): void => undefined
  const membership = Effect.callback<void, CallRefused>((resume) => {
    const consumer = consumerOf(call, options, (why) => resume(Effect.fail(why)))
    const onDrain = (): void => group.room(consumer)
    const onData = (request: Persistent.ReadReq): void => {
      const taken = Effect.runSyncExit(parsed(() => take(group, request)))
      if (taken._tag === "Failure") resume(Effect.failCause(taken.cause))
    }
    const onEnd = (): void => resume(Effect.void)
    leave = () => {
      call.off("drain", onDrain)
      call.off("data", onData)
      call.off("end", onEnd)
      group.disconnect(consumer)
    }
    call.on("drain", onDrain)
    call.on("data", onData)
    call.on("end", onEnd)
    group.connect(consumer)
  })
  return Effect.ensuring(
    membership,
    Effect.sync(() => leave()),
  )
}

/** The first message of a call. */
const firstOf = (call: Call): Effect.Effect<Persistent.ReadReq, CallRefused> =>
  Effect.callback((resume) => {
    call.once("data", (request: Persistent.ReadReq) => {
      call.pause()
      resume(Effect.succeed(request))
    })
    call.once("end", () => resume(Effect.fail(invalid("a subscriber names a group"))))
  })

export const subscribeCall =
  (groups: Groups) =>
  (call: Call): Effect.Effect<void, CallRefused> =>
    Effect.gen(function* () {
      const options = (yield* firstOf(call)).getOptions()
      const named = yield* parsed(() => groupOf(options))
      const group = yield* groups.find(named)
      const { maxSubscribers } = group.definition.settings
      if (maxSubscribers > 0 && group.consumers.all.length >= maxSubscribers)
        return yield* tooManySubscribers(named)
      call.write(confirmation(group.definition))
      call.resume()
      return yield* joined(call, group, options!)
    })
