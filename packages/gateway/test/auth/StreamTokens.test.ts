/** Stream tokens and cursors: what the server seals for itself. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { it } from "@effect/vitest"
import { SignJWT } from "jose"
import { expect } from "vitest"
import { StreamTokens } from "../../src/auth/StreamTokens.ts"

const secret = Redacted.make("a stream secret of thirty-two bytes")
const to = { userId: "bob", deviceId: "phone", accessExpiresAt: 9_000_000 }
const withTokens = <A, E>(effect: Effect.Effect<A, E, StreamTokens>) =>
  Effect.provide(effect, StreamTokens.layer(secret))

it.effect("a token opens one connection of its user and device", () =>
  withTokens(
    Effect.gen(function* () {
      const tokens = yield* StreamTokens
      const { expiresAt, token } = yield* tokens.issue(to)
      const grant = yield* tokens.verify(token)
      expect(grant).toMatchObject({ user: "bob", device: "phone", accessExpiresAt: 9_000_000, expiresAt })
      expect([yield* tokens.use(grant), yield* tokens.use(grant)]).toEqual([true, false])
    }),
  ),
)

it.effect("a token is dead after 60 s, to the second, and is not used up by being verified", () =>
  withTokens(
    Effect.gen(function* () {
      const tokens = yield* StreamTokens
      const { expiresAt, token } = yield* tokens.issue(to)
      expect(expiresAt).toBe(60_000)
      yield* TestClock.adjust("59 seconds")
      expect(yield* tokens.use(yield* tokens.verify(token))).toBe(true)
      yield* TestClock.adjust("1 seconds")
      expect((yield* Effect.flip(tokens.verify(token)))._tag).toBe("BadStreamToken")
    }),
  ),
)

it.effect("nothing else passes as one: another secret, an access token, no algorithm, nonsense", () =>
  withTokens(
    Effect.gen(function* () {
      const tokens = yield* StreamTokens
      const bytes = new TextEncoder().encode(Redacted.value(secret))
      const access = yield* Effect.promise(() =>
        new SignJWT({ dev: "phone", axp: 9_000_000, jti: "1" })
          .setProtectedHeader({ alg: "HS256" })
          .setIssuer("parley")
          .setAudience("parley-stream")
          .setSubject("bob")
          .setExpirationTime(60)
          .sign(bytes),
      )
      const own = yield* tokens.issue(to)
      const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${own.token.split(".")[1]}.`
      const other = yield* Effect.provide(
        Effect.flatMap(StreamTokens, (others) => others.issue(to)),
        StreamTokens.layer(Redacted.make("another secret of thirty-two bytes")),
      )
      for (const token of [access, none, other.token, "", "a.b.c"])
        expect((yield* Effect.flip(tokens.verify(token)))._tag).toBe("BadStreamToken")
    }),
  ),
)
