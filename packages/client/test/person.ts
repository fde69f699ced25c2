/** A signed-in client in a fake world, and what its user would read. */
import { type Parley, connect } from "../src/connect.ts"
import type { KeyValues } from "../src/Outbox.ts"
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
