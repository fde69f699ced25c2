/** Node HTTP servers with the time limits of the protocol (section 7), for the life of a scope. */
import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo, Server as Acceptor } from "node:net"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { openAcceptors } from "./acceptors.ts"

export class CannotListen extends Data.TaggedError("CannotListen")<{
  readonly host: string
  readonly port: number
  readonly reason: string
}> {}

const headersTimeoutMs = 5_000
/** Headers and body: the body's own limit is 20 s. */
const requestTimeoutMs = 30_000
const keepAliveMs = 65_000
/** How long open requests may go on once the server stops, and how often connections that have become idle are closed. */
const closeGraceMs = 10_000
const closeIdleMs = 50

/** A server that does not listen yet; closing the scope lets open requests end, for ten seconds, and cuts what is left then. */
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

/** What accepts for a server besides itself. */
const acceptorsOf = new WeakMap<Server, ReadonlyArray<Acceptor>>()

const close = (server: Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const open = [server, ...(acceptorsOf.get(server) ?? [])].filter((one) => one.listening)
    if (open.length === 0) {
      resume(Effect.void)
      return
    }
    const idle = setInterval(() => server.closeIdleConnections(), closeIdleMs)
    const cut = setTimeout(() => server.closeAllConnections(), closeGraceMs)
    let left = open.length
    for (const one of open)
      one.close(() => {
        if (--left > 0) return
        clearTimeout(cut)
        clearInterval(idle)
        resume(Effect.void)
      })
    server.closeIdleConnections()
  })

/**
 * The port that it listens on, which the kernel has chosen when `port` is 0. `acceptors`: how many connections are accepted in one turn
 * of the loop, where the system can do that.
 */
export const listen = (
  server: Server,
  host: string,
  port: number,
  acceptors = 1,
): Effect.Effect<number, CannotListen> =>
  Effect.callback((resume) => {
    const onError = (cause: NodeJS.ErrnoException): void =>
      resume(Effect.fail(new CannotListen({ host, port, reason: cause.code ?? cause.message })))
    const onOpen = (others: Parameters<typeof acceptorsOf.set>[1]): void => {
      acceptorsOf.set(server, others)
      resume(Effect.succeed((server.address() as AddressInfo).port))
    }
    openAcceptors(server, { host, port, count: acceptors }).then(onOpen, onError)
  })
