/**
 * A process that pushes until it is killed: the event store, the queue, the deciding follower and what sends, all of them the real ones;
 * everybody's audience is one person with two devices, and the service is the parent's.
 *
 *   node pusher.ts <directory> <port of the service> write|drain
 *
 * It touches nothing before it is given a line, so that the next one can be at hand while one runs. Writing, it appends messages all the time, and says `ready` once it has begun. Draining, it writes nothing and ends by itself when
 * nothing is left to push.
 */
import { once } from "node:events"
import { Agent, request } from "node:http"
import { writeSync } from "node:fs"
import { flushCompileCache } from "node:module"
import { encodeEvent } from "@parley/domain/conversation/codec"
import { messageIdAt } from "@parley/domain/ids"
import { Audience } from "@parley/projections/push/Audience"
import { followLog } from "@parley/projections/push/followLog"
import { noticeOf } from "@parley/projections/push/noticeOf"
import { Notices } from "@parley/projections/push/Notices"
import { PushQueue } from "@parley/projections/push/PushQueue"
import { layer as queue } from "@parley/projections/push/PushQueueSqlite"
import { PushSender, type SendOutcome } from "@parley/projections/push/PushSender"
import { runPushes } from "@parley/projections/push/runPushes"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { conversationId, eventId, messageEntropy } from "@parley/runtime/freshIds"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Arrival, busyConversations, devices } from "./scene.ts"

const [directory, port, mode] = process.argv.slice(2) as [string, string, "write" | "drain"]

const person = { devices, blocks: new Set<string>(), mutes: new Set<string>() }
const members = {
  count: 2,
  joined: new Map([
    ["ann", 0],
    ["bob", 0],
  ]),
}
const audience = Layer.succeed(Audience, {
  // Ann, who writes, has no device.
  person: (user) => Effect.succeed(user === "bob" ? person : { ...person, devices: [] }),
  devices: () => Effect.succeed(new Map()),
  members: () => Effect.succeed(members),
  reachesNobody: () => false,
  mentioned: () => Effect.succeed(new Set<string>()),
  forgetPerson: () => undefined,
  forgetMembers: () => undefined,
})
const notices = Layer.succeed(Notices, {
  prepare: (job) => {
    const notice = noticeOf(job, { platform: "android", badge: 1, count: job.count })
    const data = { ...notice.data, job: String(job.id) }
    const target = { provider: "fcm", token: job.device } as const
    return Effect.succeed({ _tag: "Ready", target, notice: { ...notice, data } })
  },
  gone: () => Effect.void,
})

const agent = new Agent({ keepAlive: true, maxSockets: 32 })
const post = (arrival: Arrival, settle: (outcome: SendOutcome) => void): void => {
  const asked = request({ port: Number(port), method: "POST", agent }, (response) => {
    response.resume()
    response.once("end", () =>
      settle(response.statusCode === 200 ? { _tag: "Sent" } : { _tag: "Retry", reason: "503" }),
    )
  })
  asked.once("error", (cause) => settle({ _tag: "Retry", reason: String(cause) }))
  asked.end(JSON.stringify(arrival))
}
const sender = Layer.succeed(PushSender, {
  send: (_, { collapseKey, data, deviceId: device }) =>
    Effect.callback<SendOutcome>((resume) => {
      const arrival = { device, key: collapseKey, job: Number(data["job"]), seq: Number(data["seq"]) }
      post({ ...arrival, count: Number(data["count"]) }, (outcome) => resume(Effect.succeed(outcome)))
    }),
})

const message = (seq: number) => {
  const ts = Date.now()
  const { type, data, metadata } = encodeEvent(
    {
      _tag: "MessageSent",
      ts,
      message_id: messageIdAt(seq, messageEntropy()),
      sender: "ann",
      client_msg_id: eventId(),
      body: { owner: "ann", box: "AAAA" },
      mac: "mac",
      ordinal: seq + 1,
      sender_ordinal: seq + 1,
    },
    { actor: "ann", correlation: "kill" },
  )
  return { id: eventId(), type, data, metadata }
}

/** Half of the messages in conversations of their own, half in a few busy ones. */
const writeOne = Effect.fnUntraced(function* (busy: string | undefined) {
  const store = yield* EventStore
  const conversation = busy ?? conversationId(Date.now())
  const stream = `conversation-${conversation}`
  const last = busy === undefined ? undefined : yield* store.head(stream)
  const expected = last === undefined ? "no_stream" : last.revision
  yield* store.append({ stream, expected, events: [message((last?.revision ?? -1) + 1)] })
})
const write = Effect.gen(function* () {
  const { stats } = yield* PushQueue
  // The very first time the follower starts at the log's head: what was written before it is nobody's push.
  while (stats().position < 0) yield* Effect.sleep(5)
  yield* writeOne(undefined)
  // What was compiled is kept for the next one, which starts the sooner.
  flushCompileCache()
  writeSync(1, "ready\n")
  for (let n = 0; ; n++) {
    yield* writeOne(undefined)
    yield* writeOne(busyConversations[n % busyConversations.length])
    yield* Effect.sleep(10)
  }
})
const drained = Effect.gen(function* () {
  const [store, { stats }] = [yield* EventStore, yield* PushQueue]
  const head = yield* store.headPosition
  while (true) {
    yield* Effect.sleep(50)
    const { position, waiting, leased } = stats()
    if (position >= head && waiting + leased === 0) return
  }
})

const whole = Effect.gen(function* () {
  const parts = {
    store: yield* EventStore,
    queue: yield* PushQueue,
    audience: yield* Audience,
    notices: yield* Notices,
    sender: yield* PushSender,
    foreground: () => Effect.succeed([]),
    haste: { judgedAfterMs: 100, lookEveryMs: 20 },
  }
  yield* Effect.forkScoped(followLog(parts))
  yield* Effect.forkScoped(runPushes(parts))
  yield* mode === "write" ? write : drained
}).pipe(Effect.scoped)

await once(process.stdin, "data")
process.stdin.destroy()
await Effect.runPromise(
  whole.pipe(
    Effect.provide(
      Layer.mergeAll(
        eventStore({ file: `${directory}/events.db` }),
        queue({
          file: `${directory}/push.db`,
          ...{ mostJobs: 10_000, budget: { burst: 1e9, everyMs: 1 }, gatherMs: 0, restMs: 0 },
        }),
        audience,
        notices,
        sender,
      ),
    ),
  ),
)
process.exit(0)
