/** Laws of merging: what a person is, whatever the order in which his devices speak. */
import type { Connection, Ending } from "@parley/runtime/Presence"
import { Devices, merge } from "../../src/presence/Devices.ts"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

type Word =
  | { readonly does: "connect" | "beat" }
  | { readonly does: "say"; readonly status: "online" | "away" }
  | { readonly does: "end"; readonly how: Ending }

const word: fc.Arbitrary<Word> = fc.oneof(
  fc.constantFrom({ does: "connect" } as const, { does: "beat" } as const),
  fc.constantFrom("online" as const, "away" as const).map((status) => ({ does: "say" as const, status })),
  fc
    .constantFrom("closed" as const, "cut" as const, "silent" as const)
    .map((how) => ({ does: "end" as const, how })),
)

const deviceNames = ["phone", "laptop", "tab"] as const
const spoken = fc.array(fc.record({ device: fc.constantFrom(...deviceNames), word }), { maxLength: 30 })

const connectionOf = (device: string): Connection => ({ user: "ann", device, session: `ses-${device}` })

const hear = (devices: Devices, device: string, one: Word, now: number): void => {
  const connection = connectionOf(device)
  if (one.does === "connect") devices.connect(connection, now)
  else if (one.does === "beat") devices.beat(connection, now)
  else if (one.does === "say") devices.say(connection, one.status, now)
  else if (one.does === "end") devices.end(connection, one.how, now)
}

describe("the status of a person", () => {
  it("is the fold of his devices, each heard alone, however their words interleave", () => {
    fc.assert(
      fc.property(spoken, fc.integer({ min: 0, max: 70_000 }), (words, later) => {
        const together = new Devices()
        const alone = new Map(deviceNames.map((name) => [name, new Devices()]))
        for (const { device, word: one } of words) {
          hear(together, device, one, 0)
          hear(alone.get(device)!, device, one, 0)
        }
        const statuses = [...alone.values()].map((devices) => devices.status(later))
        expect(together.status(later)).toBe(merge(statuses.filter((status) => status !== "offline")))
      }),
    )
  })
  it("is what the last word of each device says, when all are connected", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...deviceNames], { minLength: 1 }),
        fc.array(fc.boolean()),
        (names, says) => {
          const devices = new Devices()
          for (const name of names) devices.connect(connectionOf(name), 0)
          const last = new Map<string, boolean>()
          says.forEach((online, index) => {
            const name = names[index % names.length]!
            last.set(name, online)
            devices.say(connectionOf(name), online ? "online" : "away", 0)
          })
          expect(devices.status(0)).toBe([...last.values()].includes(true) ? "online" : "away")
          expect([...devices.foreground(0)].sort()).toEqual(names.filter((name) => last.get(name)).sort())
        },
      ),
    )
  })
  it("forgets exactly those whose time ran out, which changes no status", () => {
    fc.assert(
      fc.property(spoken, fc.integer({ min: 0, max: 70_000 }), (words, later) => {
        const devices = new Devices()
        for (const { device, word: one } of words) hear(devices, device, one, 0)
        const before = devices.status(later)
        devices.forget(later)
        expect(devices.status(later)).toBe(before)
        expect(devices.empty).toBe(before === "offline")
      }),
    )
  })
})
