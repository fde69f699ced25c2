import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as Fiber from "effect/Fiber"
import { answeredWithin } from "../../src/cluster/answeredWithin.ts"
import { Unavailable } from "../../src/errors.ts"

const asked = answeredWithin("35 seconds")

it.effect(
  "a call whose runner is taken down is Unavailable: it can be asked again, and whoever waits goes on",
  () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(asked(Effect.interrupt))
      expect(failure).toBeInstanceOf(Unavailable)
    }),
)

it.effect("a call that nobody answers is Unavailable after its time; what the entity answered stands", () =>
  Effect.gen(function* () {
    const waiting = yield* Effect.forkChild(Effect.flip(asked(Effect.never)))
    yield* TestClock.adjust("35 seconds")
    expect(yield* Fiber.join(waiting)).toEqual(new Unavailable({ reason: "no runner answers" }))
    const full = new Unavailable({ reason: "full" })
    expect(yield* Effect.flip(asked(Effect.fail(full)))).toBe(full)
    expect(yield* Effect.flip(asked(Effect.fail({ _tag: "MailboxFull" })))).toEqual(
      new Unavailable({ reason: "MailboxFull" }),
    )
  }),
)
