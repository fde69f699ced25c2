/** What a server stands on, wherever it is kept: files of this process, or engines that many share. */
import type { Drift } from "@parley/projections/Drift"
import type { Inbox } from "@parley/projections/Inbox"
import type { Markers } from "@parley/projections/Markers"
import type { ModelServices } from "@parley/projections/modelServices"
import type { PushQueue } from "@parley/projections/push/PushQueue"
import type { PushTargets } from "@parley/projections/push/targets/PushTargets"
import type { Reads } from "@parley/projections/Reads"
import type { Rebuilds } from "@parley/projections/Rebuilds"
import type { ReceiptReads } from "@parley/projections/ReceiptReads"
import type { Broker } from "@parley/runtime/Broker"
import type { Conversations } from "@parley/runtime/Conversations"
import type {
  PostgresFailure,
  StoreRefused,
  StoreUnavailable,
  VaultUnavailable,
} from "@parley/runtime/errors"
import type { EventStore } from "@parley/runtime/EventStore"
import type { EventStoreStats } from "@parley/runtime/eventStore/EventStoreStats"
import type { KeyVault } from "@parley/runtime/KeyVault"
import type { Presence } from "@parley/runtime/Presence"
import type { SnapshotStore } from "@parley/runtime/SnapshotStore"
import type { Users } from "@parley/runtime/Users"
import type * as Layer from "effect/Layer"
import type { Sharding } from "effect/cluster/Sharding"
import type { SocketServerError } from "effect/socket/SocketServer"

/** Why it cannot stand there. */
export type NoFoundation =
  | PostgresFailure
  | SocketServerError
  | StoreRefused
  | StoreUnavailable
  | VaultUnavailable

/** Log, keys, soft state, and who asks entities. */
export type Stores =
  | Broker
  | Conversations
  | EventStore
  | EventStoreStats
  | KeyVault
  | Presence
  | Sharding
  | SnapshotStore
  | Users

/** The models behind the log, and what is read from them. */
export type Readings = Drift | Inbox | Markers | ModelServices | Reads | Rebuilds | ReceiptReads

export interface Foundation {
  readonly runtime: Layer.Layer<Stores | Readings, NoFoundation>
  readonly pushQueue: Layer.Layer<PushQueue, NoFoundation>
  readonly pushTargets: Layer.Layer<PushTargets, NoFoundation>
}
