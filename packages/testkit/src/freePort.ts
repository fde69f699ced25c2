/**
 * A TCP port that is free now, outside 32768–60999, from which the system gives out ports of outgoing connections: one taken from
 * there can be lost to such a connection before the server under test listens, or while it restarts.
 */
import { createServer } from "node:net"

const first = 20_000
const last = 32_000

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)))
  })

export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = first + Math.floor(Math.random() * (last - first))
    if (await isFree(port)) return port
  }
  throw new Error(`No free port between ${first} and ${last} in 100 attempts`)
}
