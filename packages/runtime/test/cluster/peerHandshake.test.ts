/** The handshake between nodes: who knows the secret is known, everybody else is refused before anything of him is read. */
import { randomBytes } from "node:crypto"
import { type Duplex, duplexPair } from "node:stream"
import { admit, greet } from "@parley/runtime/cluster/peerHandshake"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"

const secret = Redacted.make("a secret of the cluster, long enough")
const other = Redacted.make("a secret of somebody else altogether")
const helloBytes = 9 + 32

const reasonOf = <A, E extends { readonly reason: string }>(ended: Effect.Effect<A, E>) =>
  Effect.match(ended, { onFailure: ({ reason }) => reason, onSuccess: () => "known" as const })

const both = (
  client: Effect.Effect<void, { reason: string }>,
  server: Effect.Effect<void, { reason: string }>,
  end: Duplex,
) =>
  Effect.all(
    [
      reasonOf(client),
      Effect.tap(reasonOf(server), (how) => Effect.sync(() => how === "known" || end.destroy())),
    ],
    {
      concurrency: "unbounded",
    },
  )

describe("the handshake between nodes", () => {
  it.live("lets two that share the secret through, and leaves what follows in the socket", () =>
    Effect.gen(function* () {
      const [client, server] = duplexPair()
      const greeted = Effect.tap(greet(client, secret), () => Effect.sync(() => client.write("a request")))
      expect(yield* both(greeted, admit(server, secret), server)).toEqual(["known", "known"])
      const rest = yield* Effect.promise(() => new Promise((resolve) => server.once("data", resolve)))
      expect(String(rest)).toBe("a request")
    }),
  )

  it.live("refuses who has another secret, on both sides", () =>
    Effect.gen(function* () {
      const [client, server] = duplexPair()
      const ends = Effect.ensuring(
        greet(client, other),
        Effect.sync(() => client.destroy()),
      )
      expect(yield* both(ends, admit(server, secret), server)).toEqual([
        "it does not know the secret",
        "it hung up",
      ])
    }),
  )

  it.live("refuses a stranger's words, and those of an earlier handshake", () =>
    Effect.gen(function* () {
      const [stranger, server] = duplexPair()
      stranger.write("GET / HTTP/1.1\r\nhost: parley.example.org\r\n\r\n")
      expect(yield* reasonOf(admit(server, secret))).toBe("it speaks another protocol")

      const [client, first] = duplexPair()
      const said: Array<Buffer> = []
      const write = client.write.bind(client)
      client.write = ((bytes: Buffer) => (said.push(bytes), write(bytes))) as Duplex["write"]
      expect(yield* both(greet(client, secret), admit(first, secret), first)).toEqual(["known", "known"])
      const [again, second] = duplexPair()
      again.write(Buffer.concat(said))
      expect(yield* reasonOf(admit(second, secret))).toBe("it does not know the secret")
    }),
  )

  it.live("takes its own words, sent back, for no proof", () =>
    Effect.gen(function* () {
      const [mirror, client] = duplexPair()
      mirror.pipe(mirror)
      const fiber = yield* Effect.forkChild(reasonOf(greet(client, secret)))
      // A hello comes back; for the MAC there is nothing to send back.
      mirror.once("data", () => mirror.push(randomBytes(32)))
      expect(yield* Fiber.join(fiber)).toBe("it does not know the secret")
    }),
  )

  it.live("hangs up on who hangs up in the middle", () =>
    Effect.gen(function* () {
      const [client, server] = duplexPair()
      client.end(randomBytes(helloBytes - 1))
      expect(yield* reasonOf(admit(server, secret))).toBe("it hung up")
    }),
  )

  it.effect("gives a silent one five seconds", () =>
    Effect.gen(function* () {
      const [, server] = duplexPair()
      const fiber = yield* Effect.forkChild(reasonOf(admit(server, secret)), { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      expect(yield* Fiber.join(fiber)).toBe("it was silent")
    }),
  )
})
