/** The answer of a decision that either writes these facts or finds that all of it stands already. */
import { type Accepted, accept } from "../Decision.ts"
import type { Done } from "./commands.ts"
import type { UserEvent } from "./events.ts"

export const done = (...events: ReadonlyArray<UserEvent>): Accepted<UserEvent, Done> =>
  accept(events, { _tag: "Done", changed: events.length > 0 })
