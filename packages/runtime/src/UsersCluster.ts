/**
 * `Users` over the cluster, with a memory of whom this process has registered already. Reads fold the user's stream (`UserStates`).
 *
 * Always true: the memory saves calls and decides nothing; forgetting costs one call that changes nothing.
 */
import { placesOf } from "@parley/domain/user/Cursors"
import { namePlace } from "@parley/domain/user/places"
import { defaultPrivacy, type Device, type Known } from "@parley/domain/user/state"
import type { QuietHours } from "@parley/domain/user/vocabulary"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Sharding } from "effect/cluster/Sharding"
import { answeredWithin, patience } from "./cluster/answeredWithin.ts"
import { EventStore } from "./EventStore.ts"
import { Unavailable } from "./errors.ts"
import { KeyVault } from "./KeyVault.ts"
import { open } from "./Sealer.ts"
import { SnapshotStore } from "./SnapshotStore.ts"
import { UserEntity } from "./user/protocol.ts"
import { storedUser } from "./user/userAggregate.ts"
import { type UserStates, userStates } from "./user/UserStates.ts"
import { Users } from "./Users.ts"

/** Beyond this the memory starts afresh. */
const maxRemembered = 100_000

type Service = Users["Service"]

const never: ReadonlyMap<string, number> = new Map()

/** What asks the entity. */
const writes = (
  ask: Service["ask"],
  states: UserStates,
): Pick<Service, "register" | "ask" | "moveCursors"> => {
  const registered = new Set<string>()
  const remember = (user: string): void => {
    if (registered.size >= maxRemembered) registered.clear()
    registered.add(user)
  }
  return {
    ask,
    register: (origin, name) => {
      const { actor } = origin
      if (name !== undefined)
        return Effect.map(ask({ _tag: "Register", origin, name }), () => remember(actor))
      if (registered.has(actor)) return Effect.void
      // After a restart everybody comes at once: who stands in the log already wakes no entity.
      return Effect.flatMap(states(actor), (state) =>
        state._tag === "Known"
          ? Effect.sync(() => remember(actor))
          : Effect.map(ask({ _tag: "Register", origin }), () => remember(actor)),
      )
    },
    moveCursors: (origin, moves) =>
      Effect.flatMap(ask({ _tag: "MoveCursors", origin, ...moves }), (reply) => {
        if (reply._tag === "Answered" && reply.answer._tag === "CursorsMoved")
          return Effect.succeed(reply.answer)
        // An erased person's cursors move no more.
        if (reply._tag === "Rejected")
          return Effect.succeed({ _tag: "CursorsMoved", read: {}, readBefore: {}, delivered: [] } as const)
        return Effect.die(new Error(`MoveCursors was answered ${reply.answer._tag}`))
      }),
  }
}

/** What folds the stream. */
const reads = (
  states: UserStates,
  vault: KeyVault["Service"],
): Omit<Service, keyof ReturnType<typeof writes>> => {
  /** `otherwise` for somebody never seen. */
  const of =
    <A>(otherwise: A, read: (state: Known) => A) =>
    (user: string): Effect.Effect<A, Unavailable> =>
      Effect.map(states(user), (state) => (state._tag === "Known" ? read(state) : otherwise))

  const profile: Service["profile"] = Effect.fnUntraced(function* (user) {
    const state = yield* states(user)
    if (state._tag === "Unknown") return undefined
    const { avatar, name } = state
    const keys =
      name === undefined
        ? undefined
        : yield* vault
            .existing([name.owner])
            .pipe(Effect.mapError(({ reason }) => new Unavailable({ reason })))
    const key = name === undefined ? undefined : keys?.get(name.owner)
    const opened = key === undefined ? undefined : open(key, namePlace(user), name!)
    return {
      user,
      ...(opened === undefined ? {} : { name: opened }),
      ...(avatar === undefined ? {} : { avatarMediaId: avatar }),
    }
  })

  return {
    profile,
    privacy: of(defaultPrivacy, (state) => state.privacy),
    quietHours: of<QuietHours | undefined>(undefined, (state) => state.quietHours),
    blocks: of(never, (state) => state.blocks),
    mutes: of(never, (state) => state.mutes),
    devices: of<ReadonlyMap<string, Device>>(new Map(), (state) => state.devices),
    isRevoked: (user, device) => of(false, (state) => state.revoked.has(device))(user),
    cursors: of(never, (state) => placesOf(state.read)),
  }
}

export const layer: Layer.Layer<Users, never, Sharding | EventStore | KeyVault | SnapshotStore> =
  Layer.effect(
    Users,
    Effect.gen(function* () {
      const clientOf = yield* UserEntity.client
      const states = userStates(yield* EventStore, yield* SnapshotStore, storedUser)
      const ask: Service["ask"] = (request) =>
        clientOf(request.origin.actor).Ask(request).pipe(answeredWithin(patience))
      return { ...writes(ask, states), ...reads(states, yield* KeyVault) }
    }),
  )
