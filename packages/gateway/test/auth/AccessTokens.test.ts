/** Access tokens: who is let in, who is not (protocol, section 2). */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Unavailable } from "@parley/runtime/errors"
import { Users } from "@parley/runtime/Users"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { base64url, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose"
import { expect } from "vitest"
import { AccessTokens } from "../../src/auth/AccessTokens.ts"
import type { Config } from "../../src/Config.ts"

const secret = "an access secret of thirty-two bytes"
const key = new TextEncoder().encode(secret)

/** Who was registered, in order; `failing` keeps the next ones out. */
const people = { registered: [] as Array<string>, failing: false }
const users = Layer.mock(Users, {
  register: ({ actor }) =>
    Effect.suspend(() => {
      if (people.failing) return Effect.fail(new Unavailable({ reason: "asleep" }))
      people.registered.push(actor)
      return Effect.void
    }),
})

const withTokens = <A, E>(effect: Effect.Effect<A, E, AccessTokens>, jwt: Config["jwt"] = {}) =>
  Effect.suspend(() => {
    people.registered = []
    people.failing = false
    return Effect.provide(
      effect,
      AccessTokens.layer({ jwt, devLogin: jwt.jwksUrl === undefined }, Redacted.make(secret)).pipe(
        Layer.provide(users),
      ),
    )
  })

/** Times in seconds; the test's clock starts at 0. */
const signed = (claims: JWTPayload, by: Uint8Array = key, alg = "HS256") =>
  Effect.promise(() => new SignJWT(claims).setProtectedHeader({ alg }).sign(by))

const verify = Effect.fnUntraced(function* (token: string) {
  const tokens = yield* AccessTokens
  return yield* tokens.verify(token, "req_1")
})
const refusal = (token: string) => Effect.map(Effect.flip(verify(token)), ({ _tag }) => _tag)

it.effect("a good token names user, expiry and scope, and makes the user known, once", () =>
  withTokens(
    Effect.gen(function* () {
      const token = yield* signed({ sub: "ann", exp: 100, scope: "admin compliance" })
      expect(yield* verify(token)).toEqual({
        userId: "ann",
        expiresAt: 100_000,
        scope: ["admin", "compliance"],
      })
      yield* verify(token)
      expect(people.registered).toEqual(["ann"])
    }),
  ),
)

it.effect("a token is good for 5 s beyond its expiry, also when it was seen before, and no longer", () =>
  withTokens(
    Effect.gen(function* () {
      const token = yield* signed({ sub: "ann", exp: 100 })
      yield* TestClock.adjust("104 seconds")
      expect((yield* verify(token)).userId).toBe("ann")
      yield* TestClock.adjust("1 seconds")
      expect(yield* refusal(token)).toBe("Unauthenticated")
    }),
  ),
)

it.effect("a token is not good before its nbf, 5 s aside", () =>
  withTokens(
    Effect.gen(function* () {
      const token = yield* signed({ sub: "ann", exp: 100, nbf: 10 })
      expect(yield* refusal(token)).toBe("Unauthenticated")
      yield* TestClock.adjust("5 seconds")
      expect((yield* verify(token)).userId).toBe("ann")
    }),
  ),
)

const unsigned = (header: object, claims: object): string =>
  [header, claims].map((part) => base64url.encode(JSON.stringify(part))).join(".")
const good = { sub: "ann", exp: 100 }

it.effect.each<readonly [string, Effect.Effect<string>]>([
  ["no signature (alg none)", Effect.succeed(`${unsigned({ alg: "none" }, good)}.`)],
  ["alg none, spelled oddly", Effect.succeed(`${unsigned({ alg: "nOnE" }, good)}.`)],
  ["no signature but the right alg", Effect.succeed(`${unsigned({ alg: "HS256" }, good)}.`)],
  ["another key", signed(good, new TextEncoder().encode("another secret of thirty-two bytes.."))],
  ["an algorithm that is not the configured one", signed(good, key, "HS512")],
  ["no exp", signed({ sub: "ann" })],
  ["an exp that is no number", signed({ sub: "ann", exp: "tomorrow" } as never)],
  ["no sub", signed({ exp: 100 })],
  ["a sub that is no user id", signed({ sub: "two words", exp: 100 })],
  ["a sub of 65 characters", signed({ sub: "x".repeat(65), exp: 100 })],
  ["expired", signed({ sub: "ann", exp: -6 })],
  ["garbage", Effect.succeed("garbage")],
  ["nothing", Effect.succeed("")],
  ["five parts", Effect.succeed("a.b.c.d.e")],
])("%s: nobody, and nobody is registered", ([, token]) =>
  withTokens(
    Effect.gen(function* () {
      expect(yield* refusal(yield* token)).toBe("Unauthenticated")
      expect(people.registered).toEqual([])
    }),
  ),
)

it.effect("issuer and audience are checked when they are configured", () =>
  withTokens(
    Effect.gen(function* () {
      const right = { ...good, iss: "app", aud: ["chat", "other"] }
      expect((yield* verify(yield* signed(right))).userId).toBe("ann")
      for (const wrong of [good, { ...right, iss: "x" }, { ...right, aud: "x" }])
        expect(yield* refusal(yield* signed(wrong))).toBe("Unauthenticated")
    }),
    { issuer: "app", audience: "chat" },
  ),
)

it.effect("whoever cannot be registered now is asked to come back, and is registered then", () =>
  withTokens(
    Effect.gen(function* () {
      const token = yield* signed(good)
      people.failing = true
      expect(yield* refusal(token)).toBe("Unavailable")
      people.failing = false
      yield* verify(token)
      expect(people.registered).toEqual(["ann"])
    }),
  ),
)

it.effect("development login's token passes, and not for ever", () =>
  withTokens(
    Effect.gen(function* () {
      const { issue } = yield* AccessTokens
      const { token, expiresAt } = yield* issue!("ann")
      expect(yield* verify(token)).toMatchObject({ userId: "ann", expiresAt })
      yield* TestClock.adjust(expiresAt + 5_000)
      expect(yield* refusal(token)).toBe("Unauthenticated")
    }),
  ),
)

/** A key server; `answer` is what it says. */
const keyServer = Effect.acquireRelease(
  Effect.promise(async () => {
    const state = { answer: "" }
    const server = createServer((_, response) => {
      response.writeHead(state.answer === "" ? 500 : 200, { "content-type": "application/json" })
      response.end(state.answer)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return { state, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` }
  }),
  ({ server }) => Effect.promise(() => new Promise<void>((resolve) => void server.close(() => resolve()))),
)

it.effect("keys by URL: RS256, ES256 and EdDSA pass; HS256 made of the public key does not", () =>
  Effect.gen(function* () {
    const { state, url } = yield* keyServer
    const pairs = yield* Effect.promise(() =>
      Promise.all(
        ["RS256", "ES256", "EdDSA"].map(async (alg) => ({
          alg,
          pair: await generateKeyPair(alg, { extractable: true }),
        })),
      ),
    )
    const keys = yield* Effect.promise(() =>
      Promise.all(
        pairs.map(async ({ alg, pair }) => ({ ...(await exportJWK(pair.publicKey)), alg, kid: alg })),
      ),
    )
    state.answer = JSON.stringify({ keys })
    const pem = yield* Effect.promise(() => exportSPKI(pairs[0]!.pair.publicKey))
    yield* withTokens(
      Effect.gen(function* () {
        for (const { alg, pair } of pairs) {
          const token = yield* Effect.promise(() =>
            new SignJWT(good).setProtectedHeader({ alg, kid: alg }).sign(pair.privateKey),
          )
          expect((yield* verify(token)).userId).toBe("ann")
        }
        for (const by of [new TextEncoder().encode(pem), key])
          expect(yield* refusal(yield* signed(good, by))).toBe("Unauthenticated")
      }),
      { jwksUrl: url },
    )
  }),
)

it.effect("keys that cannot be fetched: come back later, not: you are nobody", () =>
  Effect.gen(function* () {
    const { url } = yield* keyServer
    const pair = yield* Effect.promise(() => generateKeyPair("ES256"))
    const token = yield* Effect.promise(() =>
      new SignJWT(good).setProtectedHeader({ alg: "ES256" }).sign(pair.privateKey),
    )
    yield* withTokens(
      Effect.gen(function* () {
        expect(yield* refusal(token)).toBe("Unavailable")
      }),
      { jwksUrl: url },
    )
  }),
)
