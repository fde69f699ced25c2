/** Ports of this machine for processes that only this machine's processes call. */
import { createServer } from "node:net"
import * as Effect from "effect/Effect"
import { CommandFailed } from "../CommandFailed.ts"

/** Below the range from which the system gives out ports of outgoing connections, which could take one before its server listens. */
const [first, last] = [20_000, 32_000]
const attempts = 100

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)))
  })

/** As many as asked for, no two the same. */
export const freePorts = Effect.fnUntraced(function* (count: number) {
  const found = new Set<number>()
  for (let attempt = 0; attempt < attempts * count && found.size < count; attempt++) {
    const port = first + Math.floor(Math.random() * (last - first))
    if (!found.has(port) && (yield* Effect.promise(() => isFree(port)))) found.add(port)
  }
  if (found.size < count)
    return yield* new CommandFailed({
      reason: `Between ${first} and ${last} there are no ${count} free ports.`,
    })
  return [...found]
})
