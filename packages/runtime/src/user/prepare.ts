/**
 * Requests made ready for deciding: the time of arrival, personal strings sealed and compared by a keyed MAC.
 *
 * Always true: a data key is durable before anything is sealed with it. Plaintext goes no further than this file.
 */
import type { Personal, UserCommand } from "@parley/domain/user/commands"
import { rejection } from "@parley/domain/Rejection"
import { namePlace, pushPlace } from "@parley/domain/user/places"
import { canonicalJson } from "@parley/domain/wire/canonical"
import * as Effect from "effect/Effect"
import { macOf } from "../BodyMac.ts"
import type { Prepared } from "../entity/Aggregate.ts"
import { Unavailable } from "../errors.ts"
import type { DataKey, KeyVault } from "../KeyVault.ts"
import { seal } from "../Sealer.ts"
import type { UserRequest } from "../Users.ts"

const erased = rejection("forbidden", "This person has been erased.")

const personal = (key: DataKey, place: string, text: string): Personal => ({
  sealed: seal(key, place, text),
  mac: macOf(key, text),
})

const toCommand = (id: string, now: number, request: UserRequest, key: DataKey): UserCommand => {
  const { origin: _origin, ...asked } = request
  const envelope = { actor: id, now }
  switch (asked._tag) {
    case "Register":
    case "ChangeProfile": {
      const { name, ...rest } = asked
      return {
        ...rest,
        ...envelope,
        ...(name === undefined ? {} : { name: personal(key, namePlace(id), name) }),
      }
    }
    case "RegisterDevice": {
      const { push, ...rest } = asked
      if (push === undefined) return { ...rest, ...envelope }
      const sealed = personal(key, pushPlace(id, asked.device), canonicalJson(push))
      return { ...rest, ...envelope, push: { ...sealed, provider: push.provider } }
    }
    case "DropPush": {
      const { push, ...rest } = asked
      return { ...rest, ...envelope, mac: macOf(key, canonicalJson(push)) }
    }
    default:
      return { ...asked, ...envelope }
  }
}

type Ready = ReadonlyArray<Prepared<UserCommand>>

/** One result per request, in order, when the person's key is in memory. */
export const prepareNow = (
  vault: KeyVault["Service"],
  { id, now }: { readonly id: string; readonly now: number },
  requests: ReadonlyArray<UserRequest>,
): Ready | undefined => {
  const key = vault.cached(id)
  return key === undefined
    ? undefined
    : requests.map((request) => ({ _tag: "Ready", command: toCommand(id, now, request, key) }))
}

/** One result per request, in order. */
export const prepare = (
  vault: KeyVault["Service"],
  { id, now }: { readonly id: string; readonly now: number },
  requests: ReadonlyArray<UserRequest>,
): Effect.Effect<Ready, Unavailable> =>
  vault.dataKey(id).pipe(
    Effect.map((key): Ready =>
      requests.map((request) => ({ _tag: "Ready", command: toCommand(id, now, request, key) })),
    ),
    Effect.catchTags({
      KeyDestroyed: () =>
        Effect.succeed<Ready>(requests.map(() => ({ _tag: "Declined", rejection: erased }))),
      VaultUnavailable: ({ reason }) => Effect.fail(new Unavailable({ reason })),
    }),
  )
