/**
 * The way from an HTTP upgrade to a connection: look, verify the token, then accept, or answer why not.
 *
 * Always true: nothing is accepted before everything is checked; a refused upgrade uses up no token, unless the
 * server begins to leave at that very moment.
 */
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import { WebSocketServer, type WebSocket } from "ws"
import type { StreamGrant, StreamTokens } from "../auth/StreamTokens.ts"
import { overRate } from "../http/limited.ts"
import type { Admission, Busy } from "../limits/Admission.ts"
import type { CallerAddress } from "../limits/callerAddress.ts"
import type { RateLimiter } from "../limits/RateLimiter.ts"
import { SUBPROTOCOL, lookAt } from "./admission.ts"
import { type Refusal, refuseUpgrade } from "./refuseUpgrade.ts"

const MOST_BYTES = 1_048_576
const RETRY_MS = 2_000

export type UpgradeLimiter = Pick<RateLimiter, "takeUpgrade" | "takeUnauthenticated">

export interface Gate {
  readonly tokens: StreamTokens["Service"]
  readonly allowedOrigins: ReadonlyArray<string>
  readonly draining: () => boolean
  /** By address. */
  readonly limiter: UpgradeLimiter
  readonly address: CallerAddress
  /** New connections are given up under pressure, or those that came have not synced yet. */
  readonly overloaded: () => boolean
  /** Upgrades being looked at. */
  readonly admission: Admission
  /** Milliseconds. */
  readonly now: () => number
  /** The log's head, for `hello`. */
  readonly head: Effect.Effect<number, Unavailable>
  /** As of the call. */
  readonly isRevoked: (user: string, device: string) => Effect.Effect<boolean, Unavailable>
  /** In the turn in which the handshake was answered. */
  readonly connected: (ws: WebSocket, socket: Duplex, grant: StreamGrant, head: number) => void
  readonly refused?: (code: Refusal["code"]) => void
  readonly fork: (effect: Effect.Effect<void>) => void
}

const refusals = {
  OtherPath: { code: "not_found", detail: "Nothing to upgrade to here." },
  NoHandshake: { code: "bad_request", detail: "Not a WebSocket handshake (version 13)." },
  OtherVersion: { code: "unsupported_version", detail: "This server speaks v=1." },
  ForbiddenOrigin: { code: "forbidden", detail: "This origin may not connect." },
  NoToken: { code: "unauthenticated", detail: "A stream token is missing." },
} as const satisfies Record<string, Refusal>

const badToken: Refusal = {
  code: "unauthenticated",
  detail: "The stream token is bad, expired or used, or its device was revoked.",
}
const draining: Refusal = {
  code: "unavailable",
  detail: "This server is going away.",
  retryAfterMs: RETRY_MS,
}
const noStore: Refusal = { code: "unavailable", detail: "The log does not answer.", retryAfterMs: RETRY_MS }

const busy = ({ retryAfterMs }: Busy): Refusal => ({
  code: "unavailable",
  detail: "Too many connect at the moment.",
  retryAfterMs,
})

interface Admitted {
  readonly grant: StreamGrant
  readonly head: number
}

/** Listens to a server's `upgrade`: it must be the only one who does. */
export const upgradeListener = (gate: Gate) => {
  const wss = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MOST_BYTES,
    autoPong: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })

  const admit = Effect.fnUntraced(function* (
    request: IncomingMessage,
    address: string,
  ): Effect.fn.Return<Admitted | Refusal> {
    if (gate.draining()) return draining
    if (gate.overloaded()) return busy(gate.admission.busy())
    const upgrade = gate.limiter.takeUpgrade(address, gate.now())
    if (!upgrade.ok) return overRate(upgrade)
    return yield* gate.admission
      .admit(lookedAt(request))
      .pipe(Effect.catch((full) => Effect.succeed(busy(full))))
  })

  const lookedAt = Effect.fnUntraced(function* (
    request: IncomingMessage,
  ): Effect.fn.Return<Admitted | Refusal> {
    const look = lookAt(request, gate.allowedOrigins)
    if (look._tag !== "Token") return refusals[look._tag]
    const grant = yield* Effect.option(gate.tokens.verify(look.token))
    if (grant._tag === "None") return badToken
    const head = yield* Effect.option(gate.head)
    if (head._tag === "None") return noStore
    // After the head was read: what is revoked from there on closes the connection when it is heard of.
    const revoked = yield* Effect.option(gate.isRevoked(grant.value.user, grant.value.device))
    if (revoked._tag === "None") return noStore
    return revoked.value ? badToken : { grant: grant.value, head: head.value }
  })

  /** Whoever keeps coming without a valid token is told to slow down instead. */
  const refusalOf = (refusal: Refusal, address: string): Refusal => {
    if (refusal.code !== "unauthenticated") return refusal
    const verdict = gate.limiter.takeUnauthenticated(address, gate.now())
    return verdict.ok ? refusal : overRate(verdict)
  }

  const refuse = (socket: Duplex, refusal: Refusal): void => {
    gate.refused?.(refusal.code)
    refuseUpgrade(socket, refusal)
  }

  const answer = Effect.fnUntraced(function* (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    address: string,
  ): Effect.fn.Return<void> {
    const admission = yield* admit(request, address)
    if (socket.destroyed) return
    if ("code" in admission) return refuse(socket, refusalOf(admission, address))
    if (gate.draining()) return refuse(socket, draining)
    if (!(yield* gate.tokens.use(admission.grant))) return refuse(socket, refusalOf(badToken, address))
    // It may have been asked elsewhere, which takes a moment.
    if (socket.destroyed) return
    if (gate.draining()) return refuse(socket, draining)
    socket.off("error", destroySocket)
    // Until the first frame is written, so that both are one write.
    socket.cork()
    wss.handleUpgrade(request, socket, head, (ws) =>
      gate.connected(ws, socket, admission.grant, admission.head),
    )
    if (socket.writableCorked > 0) socket.uncork()
  })

  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // A peer that goes away meanwhile must not take the process with it.
    socket.on("error", destroySocket)
    gate.fork(answer(request, socket, head, gate.address(request)))
  }
}

function destroySocket(this: Duplex): void {
  this.destroy()
}
