/** A key names one message: whatever owners, retries and a lagging index do, and though the store itself knows no keys. */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { StoreUnavailable } from "../../src/errors.ts"
import type { Append, Appended, MessageKey } from "../../src/EventStore.ts"
import { KnownKeys } from "../../src/eventStore/eventStoreDb/KnownKeys.ts"
import { MemoryLines } from "../../src/eventStore/MemoryLines.ts"
import { MemoryLog } from "../../src/eventStore/MemoryLog.ts"
import { eventId } from "../../src/freshIds.ts"
import type { LogIndex } from "../../src/LogIndex.ts"

const stream = "conversation-1"
const names = ["k0", "k1", "k2", "k3"] as const

/** A log without keys, an index that is as far as it is moved, and owners who know what they know. */
class World {
  readonly log = new MemoryLog()
  /** Of every event, by its id. */
  readonly keyOf = new Map<string, MessageKey>()
  readonly #lines = new MemoryLines()
  #indexed = -1
  away = false

  index(to: number): void {
    for (const event of this.log.all.slice(this.#indexed + 1, to + 1))
      this.#lines.setKey(this.keyOf.get(event.id)!)
    this.#indexed = Math.max(this.#indexed, to)
  }

  owner(): KnownKeys {
    const index: Pick<LogIndex["Service"], "lookupKeys"> = {
      lookupKeys: (_, __, keys) => Effect.sync(() => this.#lines.keys(keys)),
    }
    return new KnownKeys({
      index: index as LogIndex["Service"],
      epoch: "e",
      follower: {
        known: () => this.#indexed,
        reached: (position) =>
          Effect.suspend(() => {
            if (this.away && position > this.#indexed)
              return Effect.fail(new StoreUnavailable({ reason: "behind" }))
            this.index(position)
            return Effect.void
          }),
      },
      head: () => Effect.sync(() => this.log.head(stream)),
    })
  }

  /** One event that takes the key, expected after `last`. Who `knows` all keys up to there, having read them, says when it is new. */
  wanted(name: string, last: number, knows = false): Append {
    const key = { sender: "ann", clientMsgId: name, seq: last + 1, messageId: `m${last + 1}`, mac: "", ts: 0 }
    const id = eventId()
    this.keyOf.set(id, key)
    const event = { id, type: "Sent", data: "{}", metadata: "{}" }
    const before = this.log.all.slice(0, last + 1).map((one) => this.keyOf.get(one.id)!.clientMsgId)
    const keysAreNew = knows && before.length === last + 1 && !before.includes(name)
    return { stream, expected: last < 0 ? "no_stream" : last, events: [event], keys: [key], keysAreNew }
  }

  append({ stream: name, expected, events }: Append): Appended | undefined {
    try {
      return this.log.append({ stream: name, expected, events }, 0)
    } catch {
      return undefined
    }
  }
}

const tagOf = (owner: KnownKeys, wanted: Append): string => {
  const result = Effect.runSync(Effect.result(owner.check(wanted)))
  return result._tag === "Success" ? "free" : result.failure._tag
}

const step = fc.record({
  owner: fc.nat(1),
  name: fc.constantFrom(...names),
  /** How far below the head this owner believes it to be, and above. */
  off: fc.constantFrom(0, 0, 0, 0, 1, 2, -1),
  /** Whether it has every key up to there in memory. */
  knows: fc.boolean(),
  /** What happens between its check and its append. */
  between: fc.constantFrom("nothing", "nothing", "other", "index"),
  otherName: fc.constantFrom(...names),
  outcome: fc.constantFrom("known", "known", "lost", "retried"),
})

describe("a key", () => {
  it("is taken by one event at most, and refused only where one stands", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const world = new World()
        const owners = [world.owner(), world.owner()]
        const attempt = (who: number, wanted: Append, lost: boolean, between: () => void): void => {
          const tag = tagOf(owners[who]!, wanted)
          if (tag === "KeysTaken") {
            const last = typeof wanted.expected === "number" ? wanted.expected : -1
            const standing = world.log.all.map(({ id }) => world.keyOf.get(id)!)
            expect(
              standing.some(
                ({ clientMsgId, seq }) => clientMsgId === wanted.keys![0]!.clientMsgId && seq <= last,
              ),
            ).toBe(true)
          }
          if (tag !== "free") return
          between()
          const appended = world.append(wanted)
          if (appended !== undefined && !lost) owners[who]!.appended(wanted, appended)
        }
        for (const { owner, name, off, knows, between, otherName, outcome } of steps) {
          const last = Math.max(-1, world.log.all.length - 1 - off)
          const wanted = world.wanted(name, last, knows)
          attempt(owner, wanted, outcome === "lost", () => {
            if (between === "index") world.index(world.log.all.length - 1)
            if (between === "other")
              attempt(1 - owner, world.wanted(otherName, world.log.all.length - 1), false, () => undefined)
          })
          if (outcome === "retried") attempt(owner, wanted, false, () => undefined)
        }
        const taken = world.log.all.map(({ id }) => world.keyOf.get(id)!.clientMsgId)
        expect(taken).toEqual([...new Set(taken)])
      }),
      { numRuns: 2_000 },
    )
  })

  it("is not judged while the index is behind, save where everything since is known here", () => {
    const world = new World()
    const [one, other] = [world.owner(), world.owner()]
    world.away = true
    for (const [n, name] of ["k0", "k1"].entries()) {
      const wanted = world.wanted(name, n - 1)
      expect(tagOf(one, wanted)).toBe("free")
      one.appended(wanted, world.append(wanted)!)
    }
    expect(tagOf(one, world.wanted("k0", 1))).toBe("KeysTaken")
    expect(tagOf(one, world.wanted("k2", 1))).toBe("free")
    expect(tagOf(other, world.wanted("k2", 1))).toBe("StoreUnavailable")
    expect(tagOf(other, world.wanted("k2", 1, true))).toBe("free")
    expect(tagOf(other, world.wanted("k2", 7))).toBe("WrongExpectedRevision")
    world.away = false
    expect(tagOf(other, world.wanted("k0", 1))).toBe("KeysTaken")
    one.forget(stream)
    expect(tagOf(one, world.wanted("k1", 1))).toBe("KeysTaken")
  })
})
