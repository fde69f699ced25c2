/** The in-memory twin of the key vault: forgets everything with the process. */
import { randomBytes } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { KeyDestroyed } from "../errors.ts"
import { type DataKey, KeyVault } from "../KeyVault.ts"
import { dataKeyBytes, dataKeyOf } from "./dataKeyOf.ts"

export const layer: Layer.Layer<KeyVault> = Layer.sync(KeyVault, () => {
  const keys = new Map<string, DataKey>()
  const destroyed = new Map<string, number>()
  return {
    dataKey: (owner) =>
      Effect.suspend(() => {
        if (destroyed.has(owner)) return Effect.fail(new KeyDestroyed({ owner }))
        const key = keys.get(owner) ?? dataKeyOf(owner, randomBytes(dataKeyBytes))
        keys.set(owner, key)
        return Effect.succeed(key)
      }),
    existing: (owners) =>
      Effect.sync(() => {
        const found = new Map<string, DataKey>()
        for (const owner of owners) {
          const key = keys.get(owner)
          if (key !== undefined) found.set(owner, key)
        }
        return found
      }),
    cached: (owner) => keys.get(owner),
    destroy: (owner) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        keys.delete(owner)
        if (!destroyed.has(owner)) destroyed.set(owner, now)
      }),
    destroyed: Effect.sync(() => Array.from(destroyed, ([owner, at]) => ({ owner, at }))),
  }
})
