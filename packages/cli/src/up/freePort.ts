/** Ports of this machine for processes that only this machine's processes call. */
import * as Effect from "effect/Effect"
import { freePort, isFree } from "@parley/runtime/freePort"
import { CommandFailed } from "../CommandFailed.ts"

/** As many as asked for, no two the same, and none that another `parley up` of this machine has. */
export const freePorts = (count: number): Effect.Effect<ReadonlyArray<number>, CommandFailed> =>
  Effect.tryPromise({
    try: () => Promise.all(Array.from({ length: count }, () => freePort())),
    catch: (cause) => new CommandFailed({ reason: `No ${count} free ports: ${String(cause)}` }),
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
