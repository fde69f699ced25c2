/**
 * Whether the keys of an append are taken, known before it is sent: the store itself knows nothing of keys.
 *
 *      keys of revisions  0 ─────────────── r ── … ── n = expected
 *                         └─ in the index ──┘└─ here ─┘
 *
 * Always true: an answer holds for every revision up to the expected one. Beyond it nobody can have written when the append succeeds, so
 * a key that was free is free when it is taken: the expected revision is the fence. A line beyond it is the append's own first attempt
 * or another owner's, and the store tells which.
 */
import * as Effect from "effect/Effect"
import { KeysTaken, type StoreUnavailable, type StreamDeleted, WrongExpectedRevision } from "../../errors.ts"
import type { Append, Appended, Head, MessageKey, Position } from "../../EventStore.ts"
import type { LogIndex } from "../../LogIndex.ts"
import type { LogIndexFollower } from "../../logIndex/LogIndexFollower.ts"
import { expectedNumber } from "../visibility.ts"

/** Beyond these the streams least recently written are forgotten, which costs their next append a look at head and index. */
const maxStreams = 10_000
const maxKeys = 50_000

interface Known {
  readonly revision: number
  readonly position: Position
  /** Taken by appends from here that the index may not have reached. */
  readonly keys: ReadonlyArray<MessageKey>
}

const same = (one: MessageKey, other: MessageKey): boolean =>
  one.sender === other.sender && one.clientMsgId === other.clientMsgId

export class KnownKeys {
  readonly #index: LogIndex["Service"]
  readonly #epoch: string
  readonly #follower: LogIndexFollower
  /** Fails when the stream bears a tombstone. */
  readonly #head: (stream: string) => Effect.Effect<Head | undefined, StreamDeleted | StoreUnavailable>
  readonly #byStream = new Map<string, Known>()
  #keys = 0

  constructor(options: {
    readonly index: LogIndex["Service"]
    readonly epoch: string
    readonly follower: LogIndexFollower
    readonly head: (stream: string) => Effect.Effect<Head | undefined, StreamDeleted | StoreUnavailable>
  }) {
    this.#index = options.index
    this.#epoch = options.epoch
    this.#follower = options.follower
    this.#head = options.head
  }

  /** Succeeds when none is taken at the expected revision. */
  readonly check = Effect.fnUntraced(
    { self: this },
    function* (
      this: KnownKeys,
      { stream, expected, keys = [], keysAreNew = false }: Append,
    ): Effect.fn.Return<void, KeysTaken | WrongExpectedRevision | StreamDeleted | StoreUnavailable> {
      const last = expectedNumber(expected)
      // Before the first event nothing is taken.
      if (keys.length === 0 || last === -1 || keysAreNew) return
      const known = this.#byStream.get(stream)
      if (known?.revision !== last) yield* this.#learn(stream, last)
      const standing = yield* this.#index.lookupKeys(this.#epoch, stream, keys)
      const here = this.#byStream.get(stream)?.keys ?? []
      const taken = keys.flatMap((key) => {
        const line = standing.find((one) => same(one, key)) ?? here.find((one) => same(one, key))
        return line === undefined || line.seq > last ? [] : [line]
      })
      if (taken.length > 0) return yield* new KeysTaken({ taken })
    },
  )

  /** Durable: `keys` were taken by it. */
  appended({ stream, expected, keys = [] }: Append, { revision, position }: Appended): void {
    const known = this.#byStream.get(stream)
    const last = expectedNumber(expected)
    if (last === -1 && known === undefined) this.#remember(stream, { revision, position, keys })
    // After a retry from long ago, or past a revision of which nothing is known, this tells nothing.
    else if (known?.revision === last) {
      const indexed = this.#follower.known() >= known.position
      this.#remember(stream, { revision, position, keys: indexed ? keys : [...known.keys, ...keys] })
    }
  }

  forget(stream: string): void {
    this.#keys -= this.#byStream.get(stream)?.keys.length ?? 0
    this.#byStream.delete(stream)
  }

  readonly #learn = Effect.fnUntraced(
    { self: this },
    function* (
      this: KnownKeys,
      stream: string,
      last: number,
    ): Effect.fn.Return<void, WrongExpectedRevision | StreamDeleted | StoreUnavailable> {
      const head = yield* this.#head(stream)
      // What comes between this look and the append could not be judged.
      if (head === undefined || head.revision < last)
        return yield* new WrongExpectedRevision({ stream, actual: head?.revision ?? -1 })
      yield* this.#follower.reached(head.position)
      if (head.revision === last) this.#remember(stream, { ...head, keys: [] })
      else this.forget(stream)
    },
  )

  #remember(stream: string, known: Known): void {
    this.forget(stream)
    this.#byStream.set(stream, known)
    this.#keys += known.keys.length
    for (const oldest of this.#byStream.keys()) {
      if (this.#byStream.size <= maxStreams && this.#keys <= maxKeys) break
      this.forget(oldest)
    }
  }
}
