/**
 * A TCP relay in front of a server, that can fall silent as a cut network does: both ends stay connected and hear nothing of each other.
 *
 * Always true: what was connected before a cut, or was dialled during it, stays silent for good, as where the system sends again only in a
 * minute; what is dialled after it passes.
 * Not for: a network of processes: see `nodes/network.ts`.
 */
import { connect, createServer, type Socket } from "node:net"
import { freePort } from "@parley/runtime/freePort"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export interface Relay {
  readonly port: number
  readonly cut: () => void
  readonly heal: () => void
  /** Both ends of every connection hear that it has ended. */
  readonly hangUp: () => void
  /** Connections that were dialled since the start. */
  readonly dialled: () => number
}

const start = async (to: number) => {
  const port = await freePort()
  const sockets = new Set<Socket>()
  let [isCut, dialled] = [false, 0]
  const join = (socket: Socket): void => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    // What follows an error is a close.
    socket.on("error", () => undefined)
  }
  const server = createServer((client) => {
    dialled += 1
    join(client)
    if (isCut) return void client.pause()
    const behind = connect(to, "127.0.0.1")
    join(behind)
    client.pipe(behind).pipe(client)
    client.on("close", () => behind.destroy())
    behind.on("close", () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
  const relay: Relay = {
    port,
    cut: () => {
      isCut = true
      for (const socket of sockets) socket.unpipe().pause()
    },
    heal: () => void (isCut = false),
    hangUp: () => sockets.forEach((socket) => socket.destroy()),
    dialled: () => dialled,
  }
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve))
    relay.hangUp()
    await closed
  }
  return { relay, stop }
}

/** In front of a port of this machine, until the scope ends. */
export const relayTo = (port: number): Effect.Effect<Relay, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => start(port)),
      ({ stop }) => Effect.promise(stop),
    ),
    ({ relay }) => relay,
  )
