/**
 * Whom somebody may watch: himself, and those with whom he shares a conversation, as long as neither of the two blocks the other.
 *
 * Always true: as of the call.
 */
import type { History } from "@parley/projections/History"
import { modelsAtHead } from "@parley/projections/modelsAtHead"
import type { EventStore } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"
import type { Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"

/** Of `users`, those whom `watcher` may watch. */
export type WatchRights = (
  watcher: string,
  users: ReadonlyArray<string>,
) => Effect.Effect<ReadonlySet<string>, Unavailable>

const AT_ONCE = 16

export const watchRights = (parts: {
  readonly store: EventStore["Service"]
  readonly history: Pick<History["Service"], "caughtUp" | "companionsAmong">
  readonly users: Pick<Users["Service"], "blocks">
}): WatchRights => {
  const { history, store, users } = parts
  return Effect.fn("watchRights")(function* (watcher, asked) {
    yield* modelsAtHead(store, [history])
    const companions = yield* history.companionsAmong(watcher, asked)
    const own = yield* users.blocks(watcher)
    const open = companions.filter((user) => user !== watcher && !own.has(user))
    const blocks = yield* Effect.forEach(open, users.blocks, { concurrency: AT_ONCE })
    const may = new Set(open.filter((_, index) => !blocks[index]!.has(watcher)))
    return asked.includes(watcher) ? may.add(watcher) : may
  })
}
