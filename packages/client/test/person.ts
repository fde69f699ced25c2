/** A signed-in client in a fake world, and what its user would read. */
import { type Parley, connect } from "../src/connect.ts"
import type { KeyValues } from "../src/KeyValues.ts"
import type { FakeWorld } from "./FakeWorld.ts"

export const person = async (world: FakeWorld, userId: string, storage?: KeyValues): Promise<Parley> => {
  const parley = connect({
    url: "http://parley.test",
    token: `access-${userId}`,
    userId,
    deviceId: `${userId}-1`,
    platform: world.platformOf(userId),
    ...(storage === undefined ? {} : { storage }),
  })
  await world.settled()
  return parley
}

/** The messages of a conversation in their order; those not yet sent in brackets, failed ones with their reason. */
export const read = (parley: Parley, conversationId: string): ReadonlyArray<string> =>
  parley.entries(conversationId).flatMap((entry) => {
    if (entry.kind !== "message") return []
    const text = entry.text ?? "—"
    if (entry.state === "pending") return [`[${text}]`]
    return [entry.state === "failed" ? `${text}: ${entry.problem?.code}` : text]
  })

export const keyValues = (): KeyValues & { readonly values: Map<string, string> } => {
  const values = new Map<string, string>()
  return {
    values,
    entries: () => [...values],
    set: (key, value) => void values.set(key, value),
    delete: (key) => void values.delete(key),
  }
}

/** As a database: every answer comes later, not before `release` when slow, or never well. */
export const lateValues = () => {
  const values = new Map<string, string>()
  const waiting: Array<() => void> = []
  const act = async <Answer>(run: () => Answer): Promise<Answer> => {
    if (storage.slow) await new Promise<void>((go) => waiting.push(go))
    await Promise.resolve()
    if (storage.broken) throw new Error("The disk is full.")
    return run()
  }
  const storage = {
    slow: false,
    broken: false,
    release: (): void => {
      storage.slow = false
      for (const go of waiting.splice(0)) go()
    },
    entries: () => act(() => [...values]),
    set: (key: string, value: string) => act(() => void values.set(key, value)),
    delete: (key: string) => act(() => void values.delete(key)),
  }
  return storage
}
