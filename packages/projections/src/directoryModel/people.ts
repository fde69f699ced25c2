/** What an event makes of a person's row in the directory, and what it tells at once: the same for both engines. */
import type { Sealed } from "@parley/domain/Sealed"
import type { UserEvent } from "@parley/domain/user/events"
import type { Position } from "@parley/runtime/EventStore"
import type { PersonRow } from "../Directory.ts"
import { type Changes, noChanges } from "../Model.ts"

/** Names on disk. */
export const personTypes: ReadonlySet<string> = new Set([
  "UserRegistered",
  "UserRenamed",
  "ProfileChanged",
  "DeviceRevoked",
  "UserBlocked",
])

/** `name`: the JSON of the sealed name. `position`: of the last event applied, so that one seen again changes nothing. */
export interface Shown {
  readonly name: string | null
  readonly avatar: string | null
  readonly position: Position
}

export const toPerson = ({
  user,
  name,
  avatar,
}: Omit<Shown, "position"> & { readonly user: string }): PersonRow => ({
  user,
  ...(name === null ? undefined : { name: JSON.parse(name) as Sealed }),
  ...(avatar === null ? undefined : { avatarMediaId: avatar }),
})

const textOf = (name: Sealed | undefined): string | null => (name === undefined ? null : JSON.stringify(name))

/** The same row when nothing changes. `undefined`: never seen. */
export const shownAfter = (
  shown: Shown | undefined,
  event: UserEvent,
  position: Position,
): Shown | undefined => {
  if (event._tag === "UserRegistered") return shown ?? { name: textOf(event.name), avatar: null, position }
  if (shown === undefined || shown.position >= position) return shown
  switch (event._tag) {
    case "UserRenamed":
      return { ...shown, name: textOf(event.name), position }
    case "ProfileChanged": {
      const { avatar_media_id: avatar, name } = event
      return {
        name: textOf(name) ?? shown.name,
        avatar: avatar === undefined ? shown.avatar : avatar,
        position,
      }
    }
    default:
      return shown
  }
}

/** Of one person's event; `undefined`: nothing that others want to hear of at once. */
export const toldBy = (user: string, event: UserEvent, position: Position): Changes | undefined => {
  switch (event._tag) {
    case "DeviceRevoked":
      return { ...noChanges, revoked: [{ user, device: event.device_id, position }] }
    case "UserBlocked":
      return { ...noChanges, blocked: [{ user, other: event.user_id, position }] }
    default:
      return undefined
  }
}

export const together = (told: ReadonlyArray<Changes>): Changes =>
  told.length === 0
    ? noChanges
    : {
        ...noChanges,
        revoked: told.flatMap(({ revoked = [] }) => revoked),
        blocked: told.flatMap(({ blocked = [] }) => blocked),
      }
