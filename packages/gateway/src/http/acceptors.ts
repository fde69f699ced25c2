/**
 * Several sockets that listen on one port for one server. The event loop accepts one connection a turn from each of them: with one, two
 * thousand people who reconnect at once stand in line for as many turns, twice (`docs/decisions/0019-coming-and-going.md`).
 *
 * Always true: a port that somebody else uses is refused, also one that is shared in this way; what is accepted is handled by the one
 * server. Where the system cannot share a port there is one socket.
 */
import type { Server } from "node:http"
import { createServer, type Server as Acceptor, type AddressInfo } from "node:net"

/** So many may wait to be accepted, on each socket. Whoever comes beyond is not heard, and asks again after 1, 2, 4 seconds. */
const backlog = 4_096
/** The system chose a port that was gone a moment later: another one. */
const attempts = 5
const canShare = process.platform === "linux"

export interface Listening {
  readonly host: string
  /** 0: the system chooses. */
  readonly port: number
  readonly count: number
}

/** The others, open; `server` listens too. Rejects with what the system says. */
export const openAcceptors = async (
  server: Server,
  { count, host, port }: Listening,
): Promise<ReadonlyArray<Acceptor>> => {
  if (count === 1 || !canShare) {
    await opened(server, { host, port, backlog })
    return []
  }
  for (let attempt = 1; ; attempt++) {
    const shared = { host, port: await freeOf(host, port), backlog, reusePort: true }
    try {
      await opened(server, shared)
    } catch (cause) {
      if (port === 0 && attempt < attempts) continue
      throw cause
    }
    const others = Array.from({ length: count - 1 }, () =>
      createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit("connection", socket)),
    )
    for (const other of others) await opened(other, shared)
    return others
  }
}

/** The port, once nobody listens on it: a socket that shares would share with another process, too. */
const freeOf = async (host: string, port: number): Promise<number> => {
  const probe = createServer()
  await opened(probe, { host, port })
  const { port: found } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return found
}

const opened = (server: Acceptor, options: Parameters<Acceptor["listen"]>[0]): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(options as object, () => {
      server.off("error", reject)
      resolve()
    })
  })
