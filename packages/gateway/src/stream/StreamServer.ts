/**
 * The stream half of a gateway: sockets, sessions, hubs, and the one timer that drives them.
 *
 * For the composition root: provide `StreamServer.layer(options)`, call `attach(server)` on the node HTTP server (nobody else may
 * listen to its `upgrade`), run `drain` when the process is asked to stop, and read `counters` for `/metrics`. When the layer's
 * scope ends every connection is closed 1012.
 */
import { randomBytes } from "node:crypto"
import type { Server } from "node:http"
import type { Duplex } from "node:stream"
import type { Limits } from "@parley/domain/limits"
import { History } from "@parley/projections/History"
import { Membership } from "@parley/projections/Membership"
import { openConversations } from "@parley/projections/open"
import { Reads } from "@parley/projections/Reads"
import { RepairFeed } from "@parley/projections/RepairFeed"
import { Broker } from "@parley/runtime/Broker"
import { Conversations } from "@parley/runtime/Conversations"
import { EventStore } from "@parley/runtime/EventStore"
import { KeyVault } from "@parley/runtime/KeyVault"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { RawData, WebSocket } from "ws"
import { type StreamGrant, StreamTokens } from "../auth/StreamTokens.ts"
import { ConnectedUsers } from "./ConnectedUsers.ts"
import { conversationLog } from "./ConversationLog.ts"
import { drainingFrame } from "./controlFrames.ts"
import { Cursors } from "./Cursor.ts"
import { Hubs } from "./Hubs.ts"
import { MemberCounts } from "./MemberCounts.ts"
import { Flusher } from "./Outbox.ts"
import { receive } from "./receive.ts"
import { Rings } from "./Rings.ts"
import { Session } from "./Session.ts"
import { SocketWire } from "./SocketWire.ts"
import type { MessageLimiter, StreamContext } from "./StreamContext.ts"
import { type StreamCounters, streamCounters } from "./StreamCounters.ts"
import { STOP_BYTES } from "./Flow.ts"
import { upgradeListener } from "./upgrade.ts"
import { Watermark } from "./Watermark.ts"
import { Wheel } from "./Wheel.ts"

const RING_BYTES = 64 * 1_048_576
const TICK_MS = 1_000
/** Cursors go out every second tick. */
const CURSOR_TICKS = 2

export interface StreamOptions {
  readonly limits: Limits
  /** Seals cursors; the same on every gateway. */
  readonly secret: Redacted.Redacted
  /** Exact origins; empty: same origin only. */
  readonly allowedOrigins: ReadonlyArray<string>
  readonly limiter: MessageLimiter
}

export class StreamServer extends Context.Service<
  StreamServer,
  {
    /** Listens to the server's `upgrade`. */
    readonly attach: (server: Server) => void
    /** Refuses new connections and asks the others to come back, spread over `overMs`. Does not wait and closes nobody. */
    readonly drain: (overMs: number) => Effect.Effect<void>
    readonly counters: StreamCounters
  }
>()("@parley/gateway/StreamServer") {
  static readonly layer = (
    options: StreamOptions,
  ): Layer.Layer<
    StreamServer,
    never,
    Broker | Conversations | EventStore | History | KeyVault | Membership | Reads | RepairFeed | StreamTokens
  > => Layer.effect(StreamServer, make(options))
}

/** A socket with the session that it belongs to, so that its listeners need no closures. */
type SessionSocket = WebSocket & { session: Session }

const make = Effect.fnUntraced(function* (options: StreamOptions) {
  const { limits } = options
  const [broker, conversations, store] = [yield* Broker, yield* Conversations, yield* EventStore]
  const [history, membership, vault] = [yield* History, yield* Membership, yield* KeyVault]
  const [reads, tokens] = [yield* Reads, yield* StreamTokens]
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const fork = (yield* FiberSet.makeRuntime<never>()) as StreamContext["fork"]
  const counters = streamCounters()
  const log = conversationLog(store, vault)
  const hubs = new Hubs(broker, { log, rings: new Rings(RING_BYTES), counters, fork })
  const users = new ConnectedUsers(broker, hubs, limits.connections_per_user)
  const counts = new MemberCounts(history, fork, now)
  const cursors = new Cursors(options.secret)
  const wheel = new Wheel(now())
  let draining = false

  const context: StreamContext = {
    log,
    hubs,
    watermark: new Watermark(),
    membership,
    conversationFor: (user, conversation) =>
      Effect.flatMap(reads.view(conversation, user), (view) =>
        view === undefined
          ? Effect.succeed(undefined)
          : Effect.map(openConversations(vault, [view]), ([opened]) => opened),
      ),
    conversations,
    listen: (session) => users.listen(session),
    gone: (session) => {
      users.remove(session)
      counters.connections--
    },
    limiter: options.limiter,
    memberCount: (conversation, user) => counts.of(conversation, user),
    limits,
    cursors,
    epoch: store.epoch,
    flusher: new Flusher(),
    counters,
    fork,
    now,
    congested: new Set(),
    touched: new Set(),
  }

  const connected = (ws: WebSocket, socket: Duplex, grant: StreamGrant, head: number): void => {
    const identity = {
      user: grant.user,
      device: grant.device,
      session: `ses_${randomBytes(9).toString("hex")}`,
      accessExpiresAt: grant.accessExpiresAt,
    }
    const session = new Session(identity, new SocketWire(ws, socket), context, Math.random())
    counters.connections++
    counters.accepted++
    listenTo(ws, socket, session)
    session.hello(cursors.seal(grant.user, { epoch: store.epoch, position: head }))
    users.add(session)
    wheel.add(session)
  }

  let ticks = 0
  const tick = (): void => {
    const at = now()
    wheel.tick(at)
    for (const session of context.congested) if (session.judge(at)) context.congested.delete(session)
    hubs.sweep()
    if (++ticks % CURSOR_TICKS !== 0 || context.touched.size === 0) return
    const settled = context.watermark.settle()
    for (const session of context.touched) if (session.offerCursor(settled)) context.touched.delete(session)
  }

  const repairs = yield* RepairFeed
  yield* Effect.acquireRelease(
    repairs.subscribe((repair) => users.repair(repair, context.watermark)),
    (end) => Effect.sync(end),
  )
  yield* Effect.acquireRelease(
    Effect.sync(() => setInterval(tick, TICK_MS)),
    (timer) => Effect.sync(() => clearInterval(timer)),
  )
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      draining = true
      const all = [...users.sessions()]
      for (const session of all) session.close(1012, "service restart")
      hubs.close()
    }),
  )

  return {
    attach: (server: Server) => {
      const { allowedOrigins } = options
      server.on(
        "upgrade",
        upgradeListener({
          tokens,
          allowedOrigins,
          draining: () => draining,
          head: log.headPosition,
          connected,
          fork,
        }),
      )
    },
    drain: (overMs: number) =>
      Effect.sync(() => {
        draining = true
        for (const session of users.sessions())
          session.push(drainingFrame(session.ids, now(), Math.round(Math.random() * overMs)))
      }),
    counters,
  }
})

const listenTo = (ws: WebSocket, socket: Duplex, session: Session): void => {
  const own = ws as SessionSocket
  own.session = session
  own.on("message", onMessage)
  own.on("pong", onPong)
  own.on("ping", onPing)
  own.on("close", onClose)
  // `ws` closes by itself, with the code that fits.
  own.on("error", onError)
  // The only closure of a connection: the socket below knows nothing of its session.
  socket.on("drain", () => session.judge(session.context.now()))
}

function onMessage(this: WebSocket, data: RawData, binary: boolean): void {
  receive((this as SessionSocket).session, data as Buffer, binary)
}
function onPong(this: WebSocket): void {
  ;(this as SessionSocket).session.pong()
}
/** Not left to `ws`: a peer that pings without reading would fill the memory with pongs. */
function onPing(this: WebSocket, data: Buffer): void {
  if (this.bufferedAmount < STOP_BYTES) this.pong(data)
}
function onClose(this: WebSocket): void {
  ;(this as SessionSocket).session.gone()
}
function onError(): void {}
