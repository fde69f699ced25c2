/**
 * The gRPC server's socket: what it may carry, where it may listen, and how it closes.
 *
 * Always true: it listens beyond this machine only for who knows the password, or when it is told that anybody may come. A password
 * travels under TLS only.
 */
import { isIP } from "node:net"
import * as grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { EventStoreServerOptions } from "./EventStoreServer.ts"

/** It cannot serve with these options, or not at this address. Waiting does not help. */
export class ServerRefused extends Schema.TaggedError<ServerRefused>()("ServerRefused", {
  reason: Schema.String,
}) {}

/** PEM: the certificate (with its chain) and its private key. */
export interface Tls {
  readonly certificate: Buffer
  readonly key: Buffer
}

/** The official client sends batches of 3 MiB. */
const maxMessageBytes = 4 * 1_048_576
/** Of one connection: a subscription is one for as long as it lasts. */
const maxStreams = 1_000
/** A client whose machine is gone is let go after about half a minute. */
const keepalive = { everyMs: 20_000, timeoutMs: 10_000 }
const closeWithinMs = 5_000

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))

const check = ({ host = "127.0.0.1", tls, credentials, anybody }: EventStoreServerOptions) => {
  if (credentials !== undefined && tls === undefined) return "a password needs TLS: clients send none without"
  if (!isLoopback(host) && credentials === undefined && anybody !== true)
    return `${host} can be reached from other machines, and there is no password`
  return undefined
}

export const listen = Effect.fnUntraced(function* (options: EventStoreServerOptions): Effect.fn.Return<
  {
    readonly server: grpc.Server
    /** Once all services are added. */
    readonly start: Effect.Effect<{ readonly endpoint: string; readonly port: number }, ServerRefused>
  },
  ServerRefused,
  Scope.Scope
> {
  const reason = check(options)
  if (reason !== undefined) return yield* new ServerRefused({ reason })
  const { host = "127.0.0.1", port, tls } = options
  // It prints what it also reports, and what strangers at the port do wrong.
  grpc.setLogVerbosity(grpc.logVerbosity.NONE)
  const server = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new grpc.Server({
          "grpc.max_receive_message_length": maxMessageBytes,
          "grpc.max_concurrent_streams": maxStreams,
          "grpc.keepalive_time_ms": keepalive.everyMs,
          "grpc.keepalive_timeout_ms": keepalive.timeoutMs,
        }),
    ),
    (opened) =>
      Effect.callback<void>((resume) => {
        const force = setTimeout(() => opened.forceShutdown(), closeWithinMs)
        opened.tryShutdown(() => {
          clearTimeout(force)
          resume(Effect.void)
        })
      }),
  )
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`
  const start = Effect.callback<{ endpoint: string; port: number }, ServerRefused>((resume) => {
    let credentials: grpc.ServerCredentials
    try {
      credentials =
        tls === undefined
          ? grpc.ServerCredentials.createInsecure()
          : grpc.ServerCredentials.createSsl(null, [{ cert_chain: tls.certificate, private_key: tls.key }])
    } catch {
      return resume(Effect.fail(new ServerRefused({ reason: "the certificate or its key cannot be used" })))
    }
    server.bindAsync(authority, credentials, (failure, bound) => {
      if (failure !== null)
        return resume(Effect.fail(new ServerRefused({ reason: `${authority}: ${failure.message}` })))
      const endpoint = authority.replace(/\d+$/, String(bound))
      return resume(Effect.succeed({ endpoint, port: bound }))
    })
    return undefined
  })
  return { server, start }
})
