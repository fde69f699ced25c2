/**
 * The sockets between nodes, as the cluster needs them: one end that listens, one that dials, both only for nodes of this cluster.
 *
 * Always true: nothing of a peer is read as a request before it has proved itself; at most `maxStrangers` connections at a time have not
 * yet, and each has a few seconds.
 */
import { createConnection, isIP, type Socket as NetSocket } from "node:net"
import { connect } from "node:tls"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Runners from "effect/cluster/Runners"
import * as RpcClient from "effect/rpc/RpcClient"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as Socket from "effect/socket/Socket"
import * as SocketServer from "effect/socket/SocketServer"
import type { PeerAuth } from "./PeerAuth.ts"
import { admit, greet } from "./peerHandshake.ts"

export interface Place {
  readonly host: string
  readonly port: number
}

/** Where a runner that is dialled there listens. A name is looked up by whoever dials; here it stands for all of the machine's addresses. */
export const listenAt = ({ host, port }: Place): Place => ({
  host: isIP(host) === 0 ? "0.0.0.0" : host,
  port,
})

/** Beyond so many that have not proved themselves yet, more are hung up on: nodes dial again. */
const maxStrangers = 64
const openTimeout = "5 seconds"
/** A peer that could not be reached for long is dialled as often as at first: it may be back. */
const dialAgain = Schedule.min([Schedule.exponential("250 millis"), Schedule.spaced("1 second")])

/** Listens at `place`. */
export const listening = (
  place: Place,
  auth: PeerAuth,
): Layer.Layer<SocketServer.SocketServer, SocketServer.SocketServerError> =>
  Layer.effect(
    SocketServer.SocketServer,
    auth._tag === "Secret"
      ? Effect.map(NodeSocketServer.make(place), (server) => proven(server, auth.secret))
      : NodeSocketServer.makeTls({ ...place, ...tlsOf(auth), requestCert: true }),
  )

const tlsOf = ({ key, certificate, authority }: Extract<PeerAuth, { _tag: "Certificates" }>) => ({
  key: Redacted.value(key),
  cert: certificate,
  ca: authority,
  rejectUnauthorized: true,
})

type Server = SocketServer.SocketServer["Service"]

const proven = (server: Server, secret: Redacted.Redacted): Server => {
  let strangers = 0
  const admitted = Effect.fnUntraced(function* (conn: NetSocket) {
    if (strangers >= maxStrangers) return false
    strangers += 1
    return yield* admit(conn, secret).pipe(
      Effect.as(true),
      Effect.catch(({ reason }) =>
        Effect.as(
          Effect.annotateLogs(Effect.logWarning("refused a connection to the port between nodes"), {
            from: conn.remoteAddress ?? "",
            reason,
          }),
          false,
        ),
      ),
      Effect.ensuring(Effect.sync(() => (strangers -= 1))),
    )
  })
  return SocketServer.SocketServer.of({
    address: server.address,
    run: (handler) =>
      server.run((socket) =>
        Effect.flatMap(NodeSocket.NetSocket, (conn) =>
          Effect.flatMap(admitted(conn), (known) =>
            known ? Effect.asVoid(handler(socket)) : Effect.sync(() => void conn.destroy()),
          ),
        ),
      ) as never,
  })
}

/** Dials a runner, and proves itself. */
const dial = (place: Place, auth: PeerAuth): Effect.Effect<Socket.Socket> =>
  NodeSocket.fromDuplex(
    Effect.acquireRelease(
      Effect.callback<NetSocket, Socket.SocketError>((resume) => {
        const conn =
          auth._tag === "Secret"
            ? createConnection(place)
            : connect({ ...place, ...tlsOf(auth), checkServerIdentity: () => undefined })
        conn.once(auth._tag === "Secret" ? "connect" : "secureConnect", () => resume(Effect.succeed(conn)))
        // Also after it has opened, where the socket's reader tells of it.
        conn.on("error", (cause) => resume(Effect.fail(notOpened(cause))))
        return Effect.sync(() => void conn.destroy())
      }),
      (conn) => Effect.sync(() => void (conn.closed ? undefined : conn.destroySoon())),
    ).pipe(
      Effect.tap((conn) =>
        auth._tag === "Secret" ? Effect.mapError(greet(conn, auth.secret), notOpened) : Effect.void,
      ),
    ),
    { openTimeout },
  )

const notOpened = (cause: unknown): Socket.SocketError =>
  new Socket.SocketError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause }) })

export const dialling = (
  auth: PeerAuth,
): Layer.Layer<Runners.RpcClientProtocol, never, RpcSerialization.RpcSerialization> =>
  Layer.effect(
    Runners.RpcClientProtocol,
    Effect.gen(function* () {
      const serialization = yield* RpcSerialization.RpcSerialization
      return {
        codecFor: serialization.codecFor,
        make: ({ host, port }) =>
          Effect.flatMap(dial({ host, port }, auth), (socket) =>
            RpcClient.makeProtocolSocket({ retryPolicy: dialAgain }).pipe(
              Effect.provideService(Socket.Socket, socket),
              Effect.provideService(RpcSerialization.RpcSerialization, serialization),
            ),
          ),
      }
    }),
  )
