/** Node HTTP servers with the time limits of the protocol (section 7), for the life of a scope. */
import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export class CannotListen extends Data.TaggedError("CannotListen")<{
  readonly host: string
  readonly port: number
  readonly reason: string
}> {}

const headersTimeoutMs = 5_000
/** Headers and body: the body's own limit is 20 s. */
const requestTimeoutMs = 30_000
const keepAliveMs = 65_000
/** How long open requests may go on once the server stops. */
const closeGraceMs = 2_000

/** A server that does not listen yet; closing the scope stops it and cuts what is left after two seconds. */
export const makeServer = (listener: RequestListener): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() =>
      createServer(
        {
          headersTimeout: headersTimeoutMs,
          requestTimeout: requestTimeoutMs,
          keepAliveTimeout: keepAliveMs,
          connectionsCheckingInterval: 1_000,
          maxHeaderSize: 16_384,
        },
        listener,
      ),
    ),
    close,
  )

const close = (server: Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (!server.listening) {
      resume(Effect.void)
      return
    }
    const cut = setTimeout(() => server.closeAllConnections(), closeGraceMs)
    server.close(() => {
      clearTimeout(cut)
      resume(Effect.void)
    })
    server.closeIdleConnections()
  })

/** The port that it listens on, which the kernel has chosen when `port` is 0. */
export const listen = (server: Server, host: string, port: number): Effect.Effect<number, CannotListen> =>
  Effect.callback((resume) => {
    const onError = (cause: NodeJS.ErrnoException): void =>
      resume(Effect.fail(new CannotListen({ host, port, reason: cause.code ?? cause.message })))
    server.once("error", onError)
    server.listen(port, host, () => {
      server.off("error", onError)
      resume(Effect.succeed((server.address() as AddressInfo).port))
    })
  })
