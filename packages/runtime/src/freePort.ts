/**
 * A TCP port of this machine for a process that is about to be started here, outside 32768–60999, from which the system gives out
 * ports of outgoing connections: one taken from there can be lost to such a connection before the process listens, or while it restarts.
 *
 * Always true: nobody who asks here is given a port that somebody else was given whose process still runs, whether a server listens
 * there yet, does not listen between a kill and a restart, or never did. The UDP port of the same number, which nothing here uses, is
 * the sign that a port is taken: the system lets one process have it, and frees it at that process's end, however it ends.
 */
import { createSocket } from "node:dgram"
import { createServer } from "node:net"

/** Both included. */
type Range = readonly [first: number, last: number]

const usual: Range = [20_000, 31_999]
const attempts = 100

/** Whether nobody listens there now. */
export const isFree = (port: number, host = "127.0.0.1"): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })

/** False when another one has it. */
const take = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const sign = createSocket("udp4").unref()
    sign.once("error", () => resolve(false))
    sign.bind({ port, address: "127.0.0.1", exclusive: true }, () => resolve(true))
  })

/** Fails when none is found in 100 attempts. */
export const freePort = async ([first, last] = usual): Promise<number> => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = first + Math.floor(Math.random() * (last - first + 1))
    if ((await isFree(port)) && (await take(port))) return port
  }
  throw new Error(`No free port between ${first} and ${last} in ${attempts} attempts`)
}
