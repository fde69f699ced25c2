/**
 * Which gateways a person is connected to.
 *
 * Always true: no more than what gateways have said within the last seconds; one that dies is forgotten, and after a loss everything
 * is there again within one heartbeat. Not for: announcements, which need nobody's address.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Unavailable } from "./errors.ts"

export class Routing extends Context.Service<
  Routing,
  {
    /** This gateway's own name, another one each time that it starts. */
    readonly self: string
    /** Each once, in no order. Empty: he is connected nowhere. Without an answer nobody knows. */
    readonly gatewaysOf: (user: string) => Effect.Effect<ReadonlyArray<string>, Unavailable>
  }
>()("@parley/runtime/Routing") {}
