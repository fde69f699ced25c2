/**
 * The stream half of a gateway: sockets, sessions, hubs, and the one timer that drives them.
 *
 * For the composition root: provide `StreamServer.layer(options)`, run `attach(server)` for the node HTTP server (nobody else may
 * listen to its `upgrade`), `drain` when the process is asked to stop, and read `counters` for `/metrics`.
 */
import type { Server } from "node:http"
import type { Duplex } from "node:stream"
import { Directory } from "@parley/projections/Directory"
import { History } from "@parley/projections/History"
import { Markers } from "@parley/projections/Markers"
import { Membership } from "@parley/projections/Membership"
import { openConversations } from "@parley/projections/open"
import { ReceiptReads } from "@parley/projections/ReceiptReads"
import { Reads } from "@parley/projections/Reads"
import { RepairFeed } from "@parley/projections/RepairFeed"
import { Broker } from "@parley/runtime/Broker"
import { Conversations } from "@parley/runtime/Conversations"
import { EventStore } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"
import { KeyVault } from "@parley/runtime/KeyVault"
import { Presence } from "@parley/runtime/Presence"
import { Users } from "@parley/runtime/Users"
import { randomPool } from "@parley/runtime/randomPool"
import { Spans } from "@parley/runtime/telemetry/Spans"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { WebSocket } from "ws"
import { type StreamGrant, StreamTokens } from "../auth/StreamTokens.ts"
import { Admission, type AdmissionBounds, type Busy } from "../limits/Admission.ts"
import { callerAddress } from "../limits/callerAddress.ts"
import { ConnectedUsers } from "./ConnectedUsers.ts"
import { conversationLog } from "./ConversationLog.ts"
import { Cursors } from "./Cursor.ts"
import { HistoryRules } from "./HistoryRules.ts"
import { CursorRound } from "./CursorRound.ts"
import { Hubs } from "./Hubs.ts"
import { judgeSlow } from "./judgeSlow.ts"
import { listenTo } from "./listenTo.ts"
import { LoopShare } from "./LoopShare.ts"
import { MemberCounts } from "./MemberCounts.ts"
import { Missed } from "./Missed.ts"
import { Flusher } from "./Outbox.ts"
import { OpenSockets } from "./OpenSockets.ts"
import { streamPresence } from "./presence/StreamPresence.ts"
import { ReceiptCursors } from "./receipts/ReceiptCursors.ts"
import { Rings } from "./Rings.ts"
import { inRandomOrder, seeOff } from "./seeOff.ts"
import { Session } from "./Session.ts"
import { SocketWire } from "./SocketWire.ts"
import type { StreamContext } from "./StreamContext.ts"
import { type StreamCounters, streamCounters } from "./StreamCounters.ts"
import type { StreamOptions } from "./StreamOptions.ts"
import { type SyncPage, syncPage } from "./syncPages.ts"
import { upgradeListener } from "./upgrade.ts"
import { streamTyping } from "./typing/StreamTyping.ts"
import { Watermark } from "./Watermark.ts"
import { Wheel } from "./Wheel.ts"

const fresh = randomPool()
const RING_BYTES = 64 * 1_048_576
const TICK_MS = 1_000
/** How long a peer has to answer a close when the server stops. */
const CUT_AFTER_MS = 2_000
/** Cursors go out every second tick. */
const CURSOR_TICKS = 2

/** Tokens are checked in well under a millisecond each; a client waits some seconds for its upgrade. */
const UPGRADES: AdmissionBounds = { atWork: 128, waiting: 4_000 }
/** Each holds a window of frames in memory. Waiting are connections that have been accepted: beyond so many, no more are. */
const SYNCS: AdmissionBounds = { atWork: 128, waiting: 4_000 }

/** A page costs some milliseconds of the event loop: the others' frames go between them. */
const CATCH_UPS: AdmissionBounds = { atWork: 2, waiting: Number.POSITIVE_INFINITY }

export class StreamServer extends Context.Service<
  StreamServer,
  {
    /**
     * Listens to the server's `upgrade`. At the scope's end every connection is closed 1012, and cut if its peer does not answer within
     * two seconds: the server's own close would wait for them.
     */
    readonly attach: (server: Server) => Effect.Effect<void, never, Scope.Scope>
    /** Refuses new connections and sees the others off, as `seeOff.ts` has it; returns when all have gone. */
    readonly drain: (moveMs: number) => Effect.Effect<void>
    /** What `sync` would send, for clients without a socket, page by page. `cursor`: absent, a sync's, or the page's before. */
    readonly syncPage: (
      user: string,
      cursor: string | undefined,
    ) => Effect.Effect<SyncPage, Unavailable | Busy>
    /** What is taken on at a time. */
    readonly admission: { readonly upgrades: Admission; readonly syncs: Admission }
    readonly counters: StreamCounters
  }
>()("@parley/gateway/StreamServer") {
  static readonly layer = (
    options: StreamOptions,
  ): Layer.Layer<
    StreamServer,
    never,
    | Broker
    | Conversations
    | Directory
    | EventStore
    | History
    | KeyVault
    | Markers
    | Membership
    | Presence
    | ReceiptCursors
    | ReceiptReads
    | Reads
    | RepairFeed
    | StreamTokens
    | Users
  > => Layer.effect(StreamServer, make(options))
}

const make = Effect.fnUntraced(function* (options: StreamOptions) {
  const [markers, receiptReads, receipts] = [yield* Markers, yield* ReceiptReads, yield* ReceiptCursors]
  const { limits } = options
  const [broker, conversations, store] = [yield* Broker, yield* Conversations, yield* EventStore]
  const [history, membership, vault] = [yield* History, yield* Membership, yield* KeyVault]
  const [people, reads, tokens] = [yield* Users, yield* Reads, yield* StreamTokens]
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const fork = (yield* FiberSet.makeRuntime<never>()) as StreamContext["fork"]
  const [counters, spans] = [streamCounters(), yield* Spans]
  const log = conversationLog(store, vault)
  const rules = new HistoryRules(log)
  const hubs = new Hubs(broker, { log, rings: new Rings(RING_BYTES), rules, counters, fork, spans })
  const users = new ConnectedUsers(broker, yield* Presence, hubs, limits.connections_per_user)
  const counts = new MemberCounts(history, fork, now)
  const cursors = new Cursors(options.secret)
  const wheel = new Wheel(now())
  const [upgrades, syncs] = [new Admission(UPGRADES), new Admission(SYNCS)]
  const { sheds = () => false, showPresence: shown = true } = options
  const presence = yield* streamPresence({ shown, limits, counters, sheds, now, fork })
  let draining = false

  const context: StreamContext = {
    log,
    hubs,
    rules,
    watermark: new Watermark(),
    membership,
    conversationFor: (user, conversation) =>
      Effect.flatMap(reads.view(conversation, user), (view) =>
        view === undefined
          ? Effect.succeed(undefined)
          : Effect.map(openConversations(vault, [view]), ([opened]) => opened),
      ),
    conversations,
    receipts,
    markers: markers.of,
    moved: receiptReads.moved,
    listen: (session) => users.listen(session),
    gone: (session, how) => {
      users.remove(session)
      presence.ended(session, how)
      counters.connections--
    },
    presence,
    typing: yield* streamTyping(hubs, limits),
    limiter: options.limiter,
    sheds,
    syncs,
    catchUps: new Admission(CATCH_UPS),
    memberCount: (conversation, user) => counts.of(conversation, user),
    limits,
    cursors,
    epoch: store.epoch,
    flusher: new Flusher(counters.meters.flushed),
    counters,
    fork,
    spans,
    now,
    congested: new Set(),
    touched: new Set(),
  }

  const connected = (ws: WebSocket, socket: Duplex, grant: StreamGrant, head: number): void => {
    const identity = {
      user: grant.user,
      device: grant.device,
      session: `ses_${fresh(9).toString("hex")}`,
      accessExpiresAt: grant.accessExpiresAt,
      openedAt: head,
    }
    const session = new Session(identity, new SocketWire(ws, socket), context, Math.random())
    counters.connections++
    counters.accepted++
    listenTo(ws, socket, session, open)
    session.hello(cursors.seal(grant.user, { epoch: store.epoch, position: head }))
    // With the answer to the handshake, in one write.
    session.outbox.flush()
    presence.opened(session)
    users.add(session)
    // Alone, `add` has seen to it.
    if (broker.shared) fork(users.announce(session))
    wheel.add(session)
  }

  const [round, loop, missed] = [new CursorRound(), new LoopShare(), new Missed()]
  let ticks = 0
  const tick = (): void => {
    const at = now()
    loop.sample()
    counters.meters.connectionSeconds += (counters.connections * TICK_MS) / 1_000
    wheel.tick(at)
    missed.round()
    judgeSlow(context, at)
    hubs.sweep()
    if (++ticks % CURSOR_TICKS !== 0) return
    round.begin(context.touched, context.watermark.settle(), context.watermark.lagged(at))
  }

  const [directory, repairs] = [yield* Directory, yield* RepairFeed]
  for (const subscribed of [
    repairs.subscribe((repair) => users.repair(repair, context.watermark)),
    broker.subscribeRevocations((revocation) => users.revoked(revocation)),
    directory.onRevoked((revocation) => users.revoked(revocation)),
    broker.subscribeArrivals((arrival) => users.arrived(arrival)),
    broker.subscribeLosses(() => missed.note(users.sessions())),
  ])
    yield* Effect.acquireRelease(subscribed, (end) => Effect.sync(end))
  yield* Effect.acquireRelease(
    Effect.sync(() => setInterval(tick, TICK_MS)),
    (timer) => Effect.sync(() => clearInterval(timer)),
  )
  const open = new OpenSockets()
  const endAll = Effect.suspend(() => {
    draining = true
    for (const session of [...users.sessions()]) session.close(1012, "service restart")
    return Effect.andThen(
      open.empty(CUT_AFTER_MS),
      Effect.sync(() => open.cut()),
    )
  })
  yield* Effect.addFinalizer(() =>
    Effect.andThen(
      endAll,
      Effect.sync(() => hubs.close()),
    ),
  )

  return {
    attach: (server: Server) => {
      const { allowedOrigins } = options
      const listener = upgradeListener({
        tokens,
        allowedOrigins,
        draining: () => draining,
        limiter: options.limiter,
        address: callerAddress(options.trustedProxies),
        overloaded: () => syncs.full || sheds("connections"),
        admission: upgrades,
        now,
        head: log.headPosition,
        isRevoked: (user, device) => people.isRevoked(user, device),
        connected,
        refused: (code) => counters.meters.upgradeRefused(code),
        fork,
      })
      return Effect.acquireRelease(
        Effect.sync(() => void server.on("upgrade", listener)),
        () => endAll,
      )
    },
    drain: (moveMs: number) =>
      Effect.suspend(() => {
        draining = true
        return seeOff({ guests: inRandomOrder(users.sessions()), moveMs, busy: loop.busy, now })
      }),
    syncPage: (user: string, cursor: string | undefined) => syncs.admit(syncPage(context, user, cursor)),
    admission: { upgrades, syncs },
    counters,
  }
})
