/** What every key vault promises. `layer` gives an empty vault each time it is built. */
import { KeyVault } from "@parley/runtime/KeyVault"
import { open, seal } from "@parley/runtime/Sealer"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"

export const keyVaultContract = (name: string, layer: Layer.Layer<KeyVault, unknown>): void => {
  const promise = (title: string, body: Effect.Effect<unknown, unknown, KeyVault>): void =>
    it.effect(title, () => Effect.provide(body, layer))

  describe(`key vault: ${name}`, () => {
    promise(
      "gives a person the same key every time",
      Effect.gen(function* () {
        const vault = yield* KeyVault
        const first = yield* vault.dataKey("ann")
        const again = yield* vault.dataKey("ann")
        expect(first.owner).toBe("ann")
        expect(open(again, "here", seal(first, "here", "hello"))).toBe("hello")
      }),
    )
    promise(
      "gives two persons two keys, and each two keys that differ",
      Effect.gen(function* () {
        const vault = yield* KeyVault
        const [ann, bob] = [yield* vault.dataKey("ann"), yield* vault.dataKey("bob")]
        const keys = [ann.seal, ann.mac, bob.seal, bob.mac].map((key) => key.export().toString("hex"))
        expect(new Set(keys).size).toBe(4)
        expect(keys.map((key) => key.length)).toEqual([64, 64, 64, 64])
      }),
    )
    promise(
      "gives everybody who asks at once for a new person's key the same one",
      Effect.gen(function* () {
        const vault = yield* KeyVault
        const asked = Array.from({ length: 60 }, (_, index) => `user-${index % 3}`)
        const keys = yield* Effect.forEach(asked, vault.dataKey, { concurrency: "unbounded" })
        expect(keys.map((key) => key.owner)).toEqual(asked)
        expect(new Set(keys.map((key) => key.seal.export().toString("hex"))).size).toBe(3)
      }),
    )
    promise(
      "holds a key in memory once it was asked for, and makes none when only looking",
      Effect.gen(function* () {
        const vault = yield* KeyVault
        expect(vault.cached("ann")).toBeUndefined()
        expect((yield* vault.existing(["ann"])).size).toBe(0)
        const key = yield* vault.dataKey("ann")
        expect(vault.cached("ann")?.seal.equals(key.seal)).toBe(true)
      }),
    )
    promise(
      "finds existing keys and leaves out the unknown and the destroyed",
      Effect.gen(function* () {
        const vault = yield* KeyVault
        const ann = yield* vault.dataKey("ann")
        yield* vault.dataKey("bob")
        yield* vault.destroy("bob")
        const found = yield* vault.existing(["ann", "bob", "cid", "ann"])
        expect([...found.keys()]).toEqual(["ann"])
        expect(found.get("ann")?.seal.equals(ann.seal)).toBe(true)
      }),
    )
    promise(
      "has no key for a destroyed person, neither the old one nor a new one",
      Effect.gen(function* () {
        const vault = yield* KeyVault
        yield* vault.dataKey("ann")
        yield* vault.destroy("ann")
        expect(vault.cached("ann")).toBeUndefined()
        expect(yield* Effect.flip(vault.dataKey("ann"))).toMatchObject({ _tag: "KeyDestroyed", owner: "ann" })
        expect(vault.cached("ann")).toBeUndefined()
      }),
    )
    promise(
      "remembers whom it destroyed and when, oldest first, the unknown too, each once",
      Effect.gen(function* () {
        const vault = yield* KeyVault
        yield* TestClock.setTime(1_000)
        yield* vault.dataKey("bob")
        yield* vault.destroy("bob")
        yield* TestClock.setTime(2_000)
        yield* vault.destroy("ann")
        yield* vault.destroy("bob")
        expect(yield* vault.destroyed).toEqual([
          { owner: "bob", at: 1_000 },
          { owner: "ann", at: 2_000 },
        ])
        expect(yield* Effect.flip(vault.dataKey("ann"))).toMatchObject({ _tag: "KeyDestroyed" })
      }),
    )
    promise(
      "leaves the others' keys alone when one is destroyed",
      Effect.gen(function* () {
        const vault = yield* KeyVault
        const bob = yield* vault.dataKey("bob")
        yield* vault.destroy("ann")
        expect((yield* vault.dataKey("bob")).seal.equals(bob.seal)).toBe(true)
      }),
    )
  })
}
