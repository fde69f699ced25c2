/** How the command loop reaches the user's decider and codec. */
import { decodeUserEvent, encodeUserEvent } from "@parley/domain/user/codec"
import { decide, type UserAnswer, type UserCommand } from "@parley/domain/user/decide"
import type { UserEvent } from "@parley/domain/user/events"
import { decodeUserSnapshot, encodeUserSnapshot, userSnapshotVersion } from "@parley/domain/user/snapshot"
import { evolve, initial, type UserState } from "@parley/domain/user/state"
import { rejection } from "@parley/domain/Rejection"
import * as Effect from "effect/Effect"
import { macOf } from "../BodyMac.ts"
import type { Aggregate } from "../entity/Aggregate.ts"
import { Unavailable } from "../errors.ts"
import type { KeyVault } from "../KeyVault.ts"
import { seal } from "../Sealer.ts"
import type { UserRequest } from "./protocol.ts"

export type UserAggregate = Aggregate<UserState, UserEvent, UserRequest, UserCommand, UserAnswer>

const erased = rejection("forbidden", "This person has been erased.")

export const userAggregate = (options: {
  readonly id: string
  readonly vault: KeyVault["Service"]
  readonly now: () => number
}): UserAggregate => {
  const { id, vault, now } = options
  const ready = (request: UserRequest) =>
    vault.dataKey(id).pipe(
      Effect.map((key) => ({
        _tag: "Ready" as const,
        command: {
          _tag: "Register" as const,
          actor: id,
          now: now(),
          ...(request.name === undefined
            ? {}
            : { name: seal(key, `${id}/name`, request.name), nameMac: macOf(key, request.name) }),
        },
      })),
      Effect.catchTags({
        KeyDestroyed: () => Effect.succeed({ _tag: "Declined" as const, rejection: erased }),
        VaultUnavailable: ({ reason }) => Effect.fail(new Unavailable({ reason })),
      }),
    )
  return {
    initial,
    revision: (state) => state.revision,
    evolve,
    decide,
    encode: (event, { origin }) => encodeUserEvent(event, origin),
    decode: (recorded) => decodeUserEvent(recorded),
    snapshotVersion: userSnapshotVersion,
    encodeSnapshot: encodeUserSnapshot,
    decodeSnapshot: decodeUserSnapshot,
    prepare: (requests) => Effect.forEach(requests, ready),
    keyOf: () => undefined,
    needsKey: () => undefined,
    recallKeys: (state) => state,
    committed: () => undefined,
  }
}
