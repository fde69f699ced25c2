/**
 * Who takes part in a run: users, their devices, and the conversations they are in, the same for a seed.
 *
 * Always true: nothing is said to a server here. Two of five conversations are direct; the sizes of groups follow a power law.
 */
import type { SeededRandom } from "../checker/SeededRandom.ts"

export interface Cast {
  readonly users: ReadonlyArray<string>
  readonly devices: ReadonlyArray<{ readonly user: string; readonly device: string }>
  readonly conversations: ReadonlyArray<PlannedConversation>
}

export interface PlannedConversation {
  readonly kind: "direct" | "group"
  /** Founders, the owner first. */
  readonly members: ReadonlyArray<string>
}

/** This share of the connections is second devices. */
const secondDevices = 0.15
const directShare = 0.4
const largestShare = 0.25
const exponent = 0.7
const smallestGroup = 3

/** `called`: what users' names begin with, so that several runs can have one server. */
export const makeCast = (
  random: SeededRandom,
  connections: number,
  conversations: number,
  called = "user",
): Cast => {
  const count = Math.max(4, Math.round(connections * (1 - secondDevices)))
  const users = Array.from({ length: count }, (_, i) => `${called}-${i}`)
  const devices = users.map((user) => ({ user, device: "phone" }))
  for (const user of random.sample(users, connections - count)) devices.push({ user, device: "laptop" })
  const directs = Math.round(conversations * directShare)
  const planned: Array<PlannedConversation> = []
  const pairs = new Set<string>()
  while (planned.length < directs && pairs.size < (count * (count - 1)) / 2) {
    const members = random.sample(users, 2)
    const pair = [...members].sort().join()
    if (pairs.has(pair)) continue
    pairs.add(pair)
    planned.push({ kind: "direct", members })
  }
  for (let rank = 1; planned.length < conversations; rank++) {
    const size = Math.max(smallestGroup, Math.round((count * largestShare) / rank ** exponent))
    planned.push({ kind: "group", members: random.sample(users, size) })
  }
  return { users, devices, conversations: planned }
}
