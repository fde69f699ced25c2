/**
 * The way from an HTTP upgrade to a connection: look, verify the token, then accept, or answer why not.
 *
 * Always true: nothing is accepted before everything is checked; a refused upgrade uses up no token.
 */
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import { WebSocketServer, type WebSocket } from "ws"
import type { StreamGrant, StreamTokens } from "../auth/StreamTokens.ts"
import { SUBPROTOCOL, lookAt } from "./admission.ts"
import { type Refusal, refuseUpgrade } from "./refuseUpgrade.ts"

const MOST_BYTES = 1_048_576
const RETRY_MS = 2_000

export interface Gate {
  readonly tokens: StreamTokens["Service"]
  readonly allowedOrigins: ReadonlyArray<string>
  readonly draining: () => boolean
  /** The log's head, for `hello`. */
  readonly head: Effect.Effect<number, Unavailable>
  /** In the turn in which the handshake was answered. */
  readonly connected: (ws: WebSocket, socket: Duplex, grant: StreamGrant, head: number) => void
  readonly fork: (effect: Effect.Effect<void>) => void
}

const refusals = {
  OtherPath: { code: "not_found", detail: "Nothing to upgrade to here." },
  NoHandshake: { code: "bad_request", detail: "Not a WebSocket handshake (version 13)." },
  OtherVersion: { code: "unsupported_version", detail: "This server speaks v=1." },
  ForbiddenOrigin: { code: "forbidden", detail: "This origin may not connect." },
  NoToken: { code: "unauthenticated", detail: "A stream token is missing." },
} as const satisfies Record<string, Refusal>

const badToken: Refusal = { code: "unauthenticated", detail: "The stream token is bad, expired or used." }
const draining: Refusal = {
  code: "unavailable",
  detail: "This server is going away.",
  retryAfterMs: RETRY_MS,
}
const noStore: Refusal = { code: "unavailable", detail: "The log does not answer.", retryAfterMs: RETRY_MS }

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
  ): Effect.fn.Return<{ readonly grant: StreamGrant; readonly head: number } | Refusal> {
    if (gate.draining()) return draining
    const look = lookAt(request, gate.allowedOrigins)
    if (look._tag !== "Token") return refusals[look._tag]
    const grant = yield* Effect.option(gate.tokens.verify(look.token))
    if (grant._tag === "None") return badToken
    const head = yield* Effect.option(gate.head)
    if (head._tag === "None") return noStore
    return { grant: grant.value, head: head.value }
  })

  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // A peer that goes away meanwhile must not take the process with it.
    socket.on("error", destroySocket)
    gate.fork(
      Effect.map(admit(request), (admission) => {
        if (socket.destroyed) return
        if ("code" in admission) return refuseUpgrade(socket, admission)
        if (gate.draining()) return refuseUpgrade(socket, draining)
        if (!gate.tokens.use(admission.grant)) return refuseUpgrade(socket, badToken)
        socket.off("error", destroySocket)
        wss.handleUpgrade(request, socket, head, (ws) =>
          gate.connected(ws, socket, admission.grant, admission.head),
        )
      }),
    )
  }
}

function destroySocket(this: Duplex): void {
  this.destroy()
}
