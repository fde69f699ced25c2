/** How the command loop reaches the user's decider and codec. */
import { decodeUserEvent, encodeUserEvent } from "@parley/domain/user/codec"
import type { UserAnswer, UserCommand } from "@parley/domain/user/commands"
import { decide } from "@parley/domain/user/decide"
import type { UserEvent } from "@parley/domain/user/events"
import { evolve } from "@parley/domain/user/evolve"
import { decodeUserSnapshot, encodeUserSnapshot, userSnapshotVersion } from "@parley/domain/user/snapshot"
import { initial, type UserState } from "@parley/domain/user/state"
import type { Broker } from "../Broker.ts"
import type { Aggregate } from "../entity/Aggregate.ts"
import type { Stored } from "../entity/loadState.ts"
import type { KeyVault } from "../KeyVault.ts"
import type { UserRequest } from "../Users.ts"
import { prepare, prepareNow } from "./prepare.ts"

export type UserAggregate = Aggregate<UserState, UserEvent, UserRequest, UserCommand, UserAnswer>

/** The half of it that reads. */
export const storedUser: Stored<UserState, UserEvent> = {
  initial,
  revision: (state) => state.revision,
  evolve,
  decode: (recorded) => decodeUserEvent(recorded),
  snapshotVersion: userSnapshotVersion,
  decodeSnapshot: decodeUserSnapshot,
}

export const userAggregate = (options: {
  readonly id: string
  readonly vault: KeyVault["Service"]
  readonly broker: Pick<Broker["Service"], "revoke">
  readonly now: () => number
}): UserAggregate => {
  const { id, vault, broker, now } = options
  return {
    ...storedUser,
    decide,
    encode: (event, { origin }) => encodeUserEvent(event, origin),
    encodeSnapshot: encodeUserSnapshot,
    traceparentOf: ({ origin }) => origin.traceparent,
    prepareNow: (requests) => prepareNow(vault, { id, now: now() }, requests),
    prepare: (requests) => prepare(vault, { id, now: now() }, requests),
    committed: (events, position) => {
      for (const { event } of events)
        if (event._tag === "DeviceRevoked") broker.revoke({ user: id, device: event.device_id, position })
    },
  }
}
