/** Ports of this machine for processes that only this machine's processes call. */
import { createServer } from "node:net"
import * as Effect from "effect/Effect"
import { CommandFailed } from "../CommandFailed.ts"

/** Below the range from which the system gives out ports of outgoing connections, which could take one before its server listens. */
const [first, last] = [20_000, 32_000]
const attempts = 100

const isFree = (port: number, host = "127.0.0.1"): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
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

/** Before everything that takes time. */
export const mustBeFree = (port: number, host: string): Effect.Effect<void, CommandFailed> =>
  Effect.flatMap(
    Effect.promise(() => isFree(port, host)),
    (free) =>
      free
        ? Effect.void
        : new CommandFailed({
            reason: `Port ${port} of ${host} cannot be had: something else listens there.`,
            remedy: "Name another one: --port",
          }),
  )
