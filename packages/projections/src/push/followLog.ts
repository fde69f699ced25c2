/**
 * The deciding follower: reads the log by pages, judges each message three seconds of the log after it was written, and hands what is
 * wanted to the queue together with its new position.
 *
 * Always true: an effect. The first time it starts at the log's head, and it never starts from zero; its position is durable and moves
 * by compare-and-set, so nothing is judged twice to anybody's notice. It looks at the log twice a second, whatever is written: no
 * message wakes it.
 * Not for: sending (`runPushes.ts`).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Unavailable } from "@parley/runtime/errors"
import type { EventStore, Position } from "@parley/runtime/EventStore"
import type { Audience } from "./Audience.ts"
import { judge, type ReadAgain } from "./judge.ts"
import type { PushQueue, ReadElsewhere } from "./PushQueue.ts"
import type { PushTrails } from "./PushTrails.ts"
import { conversationPrefix, type Noticed, PushWindow, userPrefix } from "./PushWindow.ts"

/** Decoded in one turn of the loop, which chat waits for. */
const pageSize = 32
const lookEveryMs = 500
/** After trouble, and while the queue is full. */
const pauseMs = 1_000
/** A position at which nothing was wanted is made durable no more often. */
const positionEveryMs = 5_000

export interface FollowedParts {
  readonly store: EventStore["Service"]
  readonly queue: PushQueue["Service"]
  readonly audience: Audience["Service"]
  /** The devices of a person that are in the foreground now. */
  readonly foreground: (user: string) => Effect.Effect<ReadonlyArray<string>, Unavailable>
  /** Absent: nothing is traced. */
  readonly trails?: PushTrails | undefined
  /** For runs that have no time: otherwise three seconds, and twice a second. */
  readonly haste?: { readonly judgedAfterMs: number; readonly lookEveryMs: number }
}

const complain = (unreadable: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.forEach(unreadable, (event) => Effect.logError("An event cannot be judged for push", event), {
    discard: true,
  })

class Follower {
  readonly #parts: FollowedParts
  readonly #window: PushWindow
  /** Of the last page, and not looked into yet. */
  #noticed: Noticed | undefined
  /** Read elsewhere, and not handed to the queue yet. */
  #read: Array<ReadElsewhere> = []
  #durable: Position
  #durableSince = 0

  constructor(parts: FollowedParts, position: Position) {
    this.#parts = parts
    this.#window = new PushWindow(position, parts.haste?.judgedAfterMs, parts.audience.reachesNobody)
    this.#durable = position
  }

  /** True when there is more at once. */
  readonly step = Effect.fnUntraced({ self: this }, function* (this: Follower) {
    const more = yield* this.#readOn()
    const now = yield* Clock.currentTimeMillis
    const { audience } = this.#parts
    const judged = yield* judge({ audience, window: this.#window, readAgain: this.#readAgain, now })
    yield* complain(judged.unreadable)
    const to = this.#window.positionAfter(judged.count)
    const something = judged.wanted.length + judged.suppressed.length + this.#read.length > 0
    if (something || (to !== this.#durable && now - this.#durableSince >= positionEveryMs)) {
      const { wanted, suppressed } = judged
      const batch = { from: this.#durable, to, now, wanted, suppressed, read: this.#read }
      yield* this.#parts.queue.enqueue({ epoch: this.#parts.store.epoch, ...batch })
      this.#parts.trails?.decided(judged.wanted)
      this.#durable = to
      this.#durableSince = now
      this.#read = []
    }
    this.#window.judged(judged.count)
    // What falls due meanwhile waits for the next look: to look at once would be to look for ever, for messages fall due all the time.
    return more || judged.full
  })

  readonly #readAgain: ReadAgain = (conversation, seq) =>
    this.#parts.store
      .readStream(conversationPrefix + conversation, { direction: "forward", from: seq, limit: 1 })
      .pipe(
        Effect.map(([event]) => (event?.revision === seq ? event : undefined)),
        Effect.catchTags({
          StreamNotFound: () => Effect.succeed(undefined),
          StreamDeleted: () => Effect.succeed(undefined),
          StoreUnavailable: (cause) => Effect.fail(toUnavailable(cause)),
        }),
      )

  /** One page. False when the log held nothing more. */
  readonly #readOn = Effect.fnUntraced({ self: this }, function* (this: Follower) {
    const { store } = this.#parts
    // What a failure has left over.
    yield* this.#notice()
    const { front } = this.#window
    // Taken before the events are read: what is written by then has been read.
    const now = yield* Clock.currentTimeMillis
    const head = yield* Effect.mapError(store.headPosition, toUnavailable)
    if (head <= front) {
      this.#window.take([], front, now)
      return false
    }
    const prefixes = [conversationPrefix, userPrefix]
    const recorded = yield* Effect.mapError(
      store.readAll({ direction: "forward", after: front, upTo: head, limit: pageSize, prefixes }),
      toUnavailable,
    )
    const more = recorded.length === pageSize
    this.#parts.trails?.read(recorded)
    const last = recorded.at(-1)
    this.#noticed = this.#window.take(
      recorded,
      more ? last!.position : Math.max(head, last?.position ?? head),
      more ? last!.created : now,
    )
    yield* this.#notice()
    return more
  })

  readonly #notice = Effect.fnUntraced({ self: this }, function* (this: Follower) {
    const noticed = this.#noticed
    if (noticed === undefined) return
    const { audience, foreground } = this.#parts
    for (const user of noticed.people) audience.forgetPerson(user)
    for (const conversation of noticed.conversations) audience.forgetMembers(conversation)
    yield* complain(noticed.unreadable)
    const looking = new Map<string, ReadonlyArray<string>>()
    for (const { user } of [...noticed.delivered, ...noticed.read]) {
      if (looking.has(user)) continue
      const { devices } = yield* audience.person(user)
      if (devices.length > 0) looking.set(user, yield* foreground(user))
    }
    for (const { user, device, conversation, seq } of noticed.delivered)
      if (looking.get(user)?.includes(device) === true) this.#window.see(user, conversation, seq)
    for (const one of noticed.read) {
      const except = looking.get(one.user)
      if (except !== undefined) this.#read.push({ ...one, except })
    }
    this.#noticed = undefined
  })
}

const toUnavailable = ({ reason }: { readonly reason: string }): Unavailable => new Unavailable({ reason })

/** Follows until it is interrupted, or another follower has moved the position. */
export const followLog = Effect.fnUntraced(function* (parts: FollowedParts) {
  const { store, queue } = parts
  const patiently = <A>(effect: Effect.Effect<A, Unavailable>): Effect.Effect<A> =>
    effect.pipe(
      Effect.catch(({ reason }) =>
        Effect.logWarning("Pushes are not decided now", reason).pipe(
          Effect.andThen(Effect.sleep(pauseMs)),
          Effect.andThen(Effect.suspend(() => patiently(effect))),
        ),
      ),
    )
  const position = yield* patiently(
    Effect.flatMap(Effect.mapError(store.headPosition, toUnavailable), (head) =>
      queue.resume(store.epoch, head),
    ),
  )
  const follower = new Follower(parts, position)
  while (true) {
    const more = yield* follower.step().pipe(
      Effect.catchTags({
        // What does not fit waits in the log.
        PushQueueFull: () => Effect.as(Effect.sleep(pauseMs), true),
        PushPositionMoved: ({ from }) =>
          Effect.as(Effect.logError(`Another follower decides on pushes from position ${from} on`), "stop"),
        Unavailable: ({ reason }) =>
          Effect.logWarning("Pushes are not decided now", reason).pipe(
            Effect.andThen(Effect.sleep(pauseMs)),
            Effect.as(true),
          ),
      }),
    )
    if (more === "stop") return
    yield* more ? Effect.yieldNow : Effect.sleep(parts.haste?.lookEveryMs ?? lookEveryMs)
  }
})
