import { describe, expect, it } from "@effect/vitest"
import { encodeUserSnapshot, userSnapshotVersion } from "@parley/domain/user/snapshot"
import type { UserState } from "@parley/domain/user/state"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { makeLoop } from "../../src/entity/makeLoop.ts"
import { Broker, type Revocation } from "../../src/Broker.ts"
import { layer as brokerMemory } from "../../src/broker/BrokerMemory.ts"
import { EventStore } from "../../src/EventStore.ts"
import { StoreUnavailable } from "../../src/errors.ts"
import { layer as eventStoreMemory } from "../../src/eventStore/EventStoreMemory.ts"
import { KeyVault } from "../../src/KeyVault.ts"
import { layer as keyVaultMemory } from "../../src/keyVault/KeyVaultMemory.ts"
import { SnapshotStore } from "../../src/SnapshotStore.ts"
import { layer as snapshotStoreMemory } from "../../src/snapshot/SnapshotStoreMemory.ts"
import { userStream } from "../../src/user/protocol.ts"
import { storedUser, userAggregate } from "../../src/user/userAggregate.ts"
import { userStates } from "../../src/user/UserStates.ts"
import type { UserRequest } from "../../src/Users.ts"

const parts = Layer.mergeAll(eventStoreMemory, keyVaultMemory, brokerMemory, snapshotStoreMemory)

type Asked<R = UserRequest> = R extends unknown ? Omit<R, "origin"> : never

/** Ann's entity, and a reader of users beside it. */
const world = Effect.gen(function* () {
  const [vault, broker, store, snapshots] = [
    yield* KeyVault,
    yield* Broker,
    yield* EventStore,
    yield* SnapshotStore,
  ]
  const loop = yield* makeLoop(
    userStream("ann"),
    userAggregate({ id: "ann", vault, broker, now: () => 1_000 }),
  )
  const ask = (request: Asked) =>
    loop.ask({ ...request, origin: { actor: "ann", correlation: "r" } } as UserRequest)
  return { ask, broker, vault, store, snapshots, states: userStates(store, snapshots, storedUser) }
})

const known = (state: UserState) => {
  if (state._tag === "Unknown") throw new Error("nobody")
  return state
}

describe("a user's state, read beside his entity", () => {
  it.effect("holds every change from the moment it was acknowledged", () =>
    Effect.gen(function* () {
      const { ask, states } = yield* world
      expect(yield* states("ann")).toMatchObject({ _tag: "Unknown" })
      for (let n = 0; n < 20; n++) {
        yield* ask({ _tag: "Block", user: `u${n}` })
        expect(known(yield* states("ann")).blocks.size).toBe(n + 1)
      }
    }).pipe(Effect.provide(parts)),
  )

  it.effect("starts from a snapshot, and is the same as without one", () =>
    Effect.gen(function* () {
      const { ask, snapshots, states, store } = yield* world
      yield* ask({ _tag: "Mute", conversation: `cnv_${"0".repeat(26)}` })
      const state = yield* states("ann")
      snapshots.save({
        stream: userStream("ann"),
        revision: state.revision,
        version: userSnapshotVersion,
        state: encodeUserSnapshot(state),
      })
      yield* ask({ _tag: "RevokeDevice", device: "phone" })
      const fresh = yield* userStates(store, snapshots, storedUser)("ann")
      expect(known(fresh).revoked.has("phone")).toBe(true)
      expect(known(fresh).mutes.size).toBe(1)
      expect(known(yield* states("ann")).revoked.has("phone")).toBe(true)
    }).pipe(Effect.provide(parts)),
  )

  it.effect("is unavailable, and not stale, when the log does not answer", () =>
    Effect.gen(function* () {
      const { ask, snapshots, store } = yield* world
      let away = false
      const states = userStates(
        {
          ...store,
          head: (stream) =>
            away ? Effect.fail(new StoreUnavailable({ reason: "away" })) : store.head(stream),
        },
        snapshots,
        storedUser,
      )
      yield* ask({ _tag: "Block", user: "bob" })
      yield* states("ann")
      away = true
      const failure = yield* Effect.flip(states("ann"))
      expect(failure._tag).toBe("Unavailable")
    }).pipe(Effect.provide(parts)),
  )
})

describe("a user's entity", () => {
  it.effect("announces a revocation once it is durable, with its place in the log", () =>
    Effect.gen(function* () {
      const { ask, broker, store } = yield* world
      const heard: Array<Revocation> = []
      yield* broker.subscribeRevocations((revocation) => heard.push(revocation))
      yield* ask({ _tag: "RevokeDevice", device: "phone" })
      yield* ask({ _tag: "RevokeDevice", device: "phone" })
      expect(heard).toEqual([{ user: "ann", device: "phone", position: yield* store.headPosition }])
    }).pipe(Effect.provide(parts)),
  )

  it.effect("writes names and push tokens sealed, and nothing of an erased person", () =>
    Effect.gen(function* () {
      const { ask, store, vault } = yield* world
      yield* ask({ _tag: "ChangeProfile", name: "Ann Secret" })
      const push = { provider: "fcm", token: "token-secret" } as const
      yield* ask({ _tag: "RegisterDevice", device: "phone", platform: "android", push })
      const again = yield* ask({ _tag: "RegisterDevice", device: "phone", platform: "android", push })
      expect(again).toMatchObject({ answer: { changed: false } })
      const events = yield* store.readStream(userStream("ann"), { direction: "forward", limit: 10 })
      expect(events.map(({ type }) => type)).toEqual(["UserRegistered", "ProfileChanged", "DeviceRegistered"])
      expect(JSON.stringify(events)).not.toMatch(/secret/i)
      yield* vault.destroy("ann")
      const refused = yield* ask({ _tag: "ChangeProfile", name: "Ann Again" })
      expect(refused).toMatchObject({ rejection: { code: "forbidden" } })
    }).pipe(Effect.provide(parts)),
  )
})
