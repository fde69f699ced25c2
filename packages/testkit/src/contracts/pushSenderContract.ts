/**
 * What every sender promises, against a service that speaks its own protocol.
 *
 * Always true: time is a test's own (only what the sockets need is real), so that a timeout costs nothing.
 */
import { describe, expect, it } from "@effect/vitest"
import type { PushNotice, SendOutcome } from "@parley/projections/push/PushSender"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import type { Script } from "../push/Scripted.ts"

/** A sender and its service. `taken`: pushes that the service has accepted. `asked`: requests that carried one. */
export interface SenderRig {
  readonly send: (notice: PushNotice) => Effect.Effect<SendOutcome>
  readonly tell: (...scripts: ReadonlyArray<Script>) => void
  readonly taken: () => number
  readonly asked: () => number
  /** What the service found wrong with what it was asked. */
  readonly faults: () => ReadonlyArray<string>
  /** What no reason may hold, beside the words of the push. */
  readonly secrets: ReadonlyArray<string>
  readonly answers: {
    /** With `Retry-After: 7`. */
    readonly tooMany: Script
    /** Each of them: the target reaches nobody. */
    readonly gone: ReadonlyArray<Script>
    /** Each of them: this push is never taken. */
    readonly refused: ReadonlyArray<Script>
    /** Each of them: not now. */
    readonly notNow: ReadonlyArray<Script>
  }
}

export const notice = (more: Partial<PushNotice> = {}): PushNotice => ({
  kind: "message",
  userId: "ann",
  deviceId: "phone-1",
  platform: "android",
  conversationId: "cnv_00000000000000000000000001",
  title: "Lunch of the usual people",
  body: "bob: Soup at noon?",
  badge: 3,
  collapseKey: "Kd93-fa_0Q",
  ttlSeconds: 3_600,
  urgency: "high",
  data: { kind: "message", conversation_id: "cnv_00000000000000000000000001", seq: "42", count: "2" },
  ...more,
})

/** Nothing to show. */
export const clearing = (): PushNotice => {
  const { title: _title, body: _body, ...rest } = notice({ kind: "clear", badge: 0, urgency: "normal" })
  return { ...rest, data: { ...rest.data, kind: "clear" } }
}

const words = ["Soup", "usual people"]
const untilAsked = (rig: SenderRig, times: number) =>
  Effect.promise(async () => {
    const end = Date.now() + 20_000
    while (rig.asked() < times) {
      if (Date.now() > end) throw new Error(`${rig.asked()} requests of ${times}`)
      await new Promise((resolve) => setImmediate(resolve))
    }
  })

export const pushSenderContract = (name: string, rig: Effect.Effect<SenderRig, never, Scope.Scope>): void => {
  const promise = (title: string, body: (made: SenderRig) => Effect.Effect<unknown>): void =>
    it.effect(
      title,
      () =>
        Effect.flatMap(rig, (made) =>
          Effect.andThen(
            body(made),
            Effect.sync(() => expect(made.faults()).toEqual([])),
          ),
        ),
      60_000,
    )
  /** One push for each script; what came of it, and how often the service was asked for it. */
  const outcomes = (made: SenderRig, scripts: ReadonlyArray<Script>) =>
    Effect.forEach(scripts, (script) =>
      Effect.gen(function* () {
        const before = made.asked()
        made.tell(script)
        const outcome = yield* made.send(notice())
        return { outcome, asked: made.asked() - before }
      }),
    )

  describe(`push sender: ${name}`, () => {
    promise("hands over each kind of push, once, and says so", (made) =>
      Effect.gen(function* () {
        for (const one of [notice(), clearing(), notice({ kind: "security", collapseKey: "s1" })])
          expect(yield* made.send(one)).toEqual({ _tag: "Sent" })
        expect([made.taken(), made.asked()]).toEqual([3, 3])
      }),
    )
    promise("hands over many at once, each once", (made) =>
      Effect.gen(function* () {
        const sent = yield* Effect.forEach(
          Array.from({ length: 60 }, (_, n) => notice({ badge: n, collapseKey: `k${n}` })),
          made.send,
          { concurrency: 20 },
        )
        expect(new Set(sent.map(({ _tag }) => _tag))).toEqual(new Set(["Sent"]))
        expect(made.taken()).toBe(60)
      }),
    )
    promise("says how long the service wants to be left alone", (made) =>
      Effect.gen(function* () {
        const [told] = yield* outcomes(made, [made.answers.tooMany])
        expect(told).toMatchObject({ outcome: { _tag: "Retry", afterMs: 7_000 }, asked: 1 })
      }),
    )
    promise("asks once and leaves trying again to the queue, whatever goes wrong", (made) =>
      Effect.gen(function* () {
        for (const { outcome, asked } of yield* outcomes(made, [
          ...made.answers.notNow,
          { status: 500, body: "<html>broken</html>" },
          { status: 503 },
          "reset",
          "garbage",
        ])) {
          expect(outcome).toMatchObject({ _tag: "Retry", reason: expect.stringMatching(/./) })
          expect(asked).toBe(1)
        }
        expect(yield* made.send(notice())).toEqual({ _tag: "Sent" })
      }),
    )
    promise("does not wait for a service that says nothing", (made) =>
      Effect.gen(function* () {
        yield* made.send(notice())
        made.tell("hang")
        const waiting = yield* Effect.forkChild(made.send(notice()))
        yield* untilAsked(made, 2)
        yield* TestClock.adjust("10 seconds")
        expect(yield* Fiber.join(waiting)).toEqual({ _tag: "Retry", reason: "timeout" })
        expect(yield* made.send(notice())).toEqual({ _tag: "Sent" })
      }),
    )
    promise("tells a target that reaches nobody from a push that is not taken", (made) =>
      Effect.gen(function* () {
        for (const { outcome } of yield* outcomes(made, made.answers.gone)) expect(outcome._tag).toBe("Gone")
        for (const { outcome } of yield* outcomes(made, made.answers.refused))
          expect(outcome._tag).toBe("Rejected")
      }),
    )
    promise("gives reasons that hold neither the target nor a word of the push", (made) =>
      Effect.gen(function* () {
        const { gone, refused, notNow, tooMany } = made.answers
        const told = yield* outcomes(made, [...gone, ...refused, ...notNow, tooMany, "reset", "garbage"])
        const text = JSON.stringify(told)
        for (const secret of [...made.secrets, ...words]) expect(text).not.toContain(secret)
      }),
    )
  })
}
