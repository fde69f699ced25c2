/** What `GET /v1/sync` answers (protocol, section 6). */
import * as Schema from "effect/Schema"
import { ServerFrame } from "./serverFrames.ts"

/** The frames that `sync` would send. While `complete` is false: ask again with `cursor`, which is then of use for that alone. */
export const SyncPage = Schema.Struct({
  frames: Schema.Array(ServerFrame),
  cursor: Schema.String,
  complete: Schema.Boolean,
})
export type SyncPage = typeof SyncPage.Type
