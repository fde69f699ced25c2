/**
 * Two nodes prove to each other that they know the cluster's secret, before either reads a request of the other.
 *
 *   client ── magic, its nonce ─────────────────────────────────────►
 *          ◄─ magic, the server's nonce, MAC("server", both nonces) ──
 *          ── MAC("client", both nonces) ───────────────────────────►
 *
 * Always true: the secret never crosses the wire; nonces are fresh, so that what was overheard is worth nothing later; each side signs
 * its own role, so that no answer can be sent back as a question. What comes after the handshake is left in the socket.
 * Not for: secrecy, or a network in which others can write into a connection that stands: that takes certificates.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import type { Duplex } from "node:stream"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/** With the version of the handshake. */
const magic = Buffer.from("PRLYPEER\x01", "latin1")
const nonceBytes = 32
const macBytes = 32
const endings = ["end", "close", "error"] as const
const patience = "5 seconds"

/** The other end is no node of this cluster, or was gone or silent before it had shown that it is one. */
export class PeerRefused extends Data.TaggedError("PeerRefused")<{ readonly reason: string }> {}

const macOf = (secret: Redacted.Redacted, role: "client" | "server", nonces: Buffer): Buffer =>
  createHmac("sha256", Redacted.value(secret)).update(`parley peer ${role}\0`).update(nonces).digest()

/** Exactly so many bytes; those after them stay in the socket. */
const take = (conn: Duplex, count: number): Effect.Effect<Buffer, PeerRefused> =>
  Effect.callback((resume) => {
    const leave = (): void => {
      conn.off("readable", look)
      for (const ending of endings) conn.off(ending, gone)
    }
    const gone = (): void => {
      leave()
      resume(Effect.fail(new PeerRefused({ reason: "it hung up" })))
    }
    const look = (): void => {
      const read = conn.read(count) as Buffer | null
      if (read === null) return conn.readableEnded || conn.destroyed ? gone() : undefined
      if (read.length < count) return gone()
      leave()
      resume(Effect.succeed(read))
    }
    conn.on("readable", look)
    for (const ending of endings) conn.on(ending, gone)
    look()
    return Effect.sync(leave)
  })

const takeHello = Effect.fnUntraced(function* (conn: Duplex): Effect.fn.Return<Buffer, PeerRefused> {
  const hello = yield* take(conn, magic.length + nonceBytes)
  if (!hello.subarray(0, magic.length).equals(magic))
    return yield* new PeerRefused({ reason: "it speaks another protocol" })
  return hello.subarray(magic.length)
})

const check = (given: Buffer, expected: Buffer): Effect.Effect<void, PeerRefused> =>
  timingSafeEqual(given, expected)
    ? Effect.void
    : Effect.fail(new PeerRefused({ reason: "it does not know the secret" }))

const inTime = Effect.timeoutOrElse({
  duration: patience,
  orElse: () => Effect.fail(new PeerRefused({ reason: "it was silent" })),
})

/** The side that dialled. */
export const greet = (conn: Duplex, secret: Redacted.Redacted): Effect.Effect<void, PeerRefused> =>
  Effect.gen(function* () {
    const mine = randomBytes(nonceBytes)
    conn.write(Buffer.concat([magic, mine]))
    const theirs = yield* takeHello(conn)
    const nonces = Buffer.concat([mine, theirs])
    yield* check(yield* take(conn, macBytes), macOf(secret, "server", nonces))
    conn.write(macOf(secret, "client", nonces))
  }).pipe(inTime)

/** The side that was dialled. */
export const admit = (conn: Duplex, secret: Redacted.Redacted): Effect.Effect<void, PeerRefused> =>
  Effect.gen(function* () {
    const theirs = yield* takeHello(conn)
    const mine = randomBytes(nonceBytes)
    const nonces = Buffer.concat([theirs, mine])
    conn.write(Buffer.concat([magic, mine, macOf(secret, "server", nonces)]))
    yield* check(yield* take(conn, macBytes), macOf(secret, "client", nonces))
  }).pipe(inTime)
