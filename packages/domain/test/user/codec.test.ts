import { decodeUserEvent, encodeUserEvent } from "@parley/domain/user/codec"
import type { UserEvent } from "@parley/domain/user/events"
import type { StoredEvent } from "@parley/domain/StoredEvent"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

interface Fixture {
  readonly stored: StoredEvent
  readonly event: UserEvent
}
const fixtures = JSON.parse(
  readFileSync(new URL("../fixtures/user-events.json", import.meta.url), "utf8"),
) as ReadonlyArray<Fixture>

describe("what stands on disk of a user", () => {
  it.each(fixtures)("is written to the letter as it always was: $stored.type", ({ stored, event }) => {
    expect(encodeUserEvent(event, { actor: "ann", correlation: "req-1" })).toEqual(stored)
  })

  it.each(fixtures)("is read as what it was: $stored.type", ({ stored, event }) => {
    expect(decodeUserEvent(stored)).toEqual(event)
  })
})
