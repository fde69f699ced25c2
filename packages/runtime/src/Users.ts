/**
 * Users as the rest of the server sees them.
 *
 * Always true: registering twice is harmless, and writes one event at most unless the name changed.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Origin } from "./Conversations.ts"
import type { Unavailable } from "./errors.ts"

export class Users extends Context.Service<
  Users,
  {
    /** Makes `origin.actor` known, with a name if one is given. Cheap when it was done before in this process. */
    readonly register: (origin: Origin, name?: string) => Effect.Effect<void, Unavailable>
  }
>()("@parley/runtime/Users") {}
