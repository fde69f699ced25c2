/**
 * Events as frames: one function for what is announced live, replayed from the log, or read to fill a gap, so that a
 * repeated frame is the same frame.
 */
import type { RecordedEvent } from "./EventStore.ts"
import type { KeyVault } from "./KeyVault.ts"
import type * as Effect from "effect/Effect"
import type { VaultUnavailable } from "./errors.ts"
import type { Announcement } from "./Broker.ts"

/** Opens and encodes events read from a conversation's stream. One vault lookup for all of them. A message whose key is destroyed comes as deleted. */
export declare const announcementsOf: (
  vault: KeyVault["Service"],
  events: ReadonlyArray<RecordedEvent>,
) => Effect.Effect<ReadonlyArray<Announcement>, VaultUnavailable>
