/** How a fact changes what is known of a user. Total and pure: an impossible fact counts as a revision and changes nothing else. */
import type { DeviceRegistered, UserEvent, UserRegistered } from "./events.ts"
import type { DeviceId } from "../ids.ts"
import { mostRevocations } from "./bounds.ts"
import { type Cursors, deliveredName, move, noCursors } from "./Cursors.ts"
import { defaultPrivacy, type Device, type Known, noEntries, type UserState } from "./state.ts"
import type { QuietHours } from "./vocabulary.ts"

const named = (event: Pick<UserRegistered, "name" | "name_mac">): Pick<Known, "name" | "nameMac"> => ({
  ...(event.name === undefined ? {} : { name: event.name }),
  ...(event.name_mac === undefined ? {} : { nameMac: event.name_mac }),
})

export const evolve = (state: UserState, event: UserEvent): UserState => {
  const revision = state.revision + 1
  if (state._tag === "Known")
    return { ...changed(state, event), revision, lastTs: Math.max(state.lastTs, event.ts) }
  if (event._tag !== "UserRegistered") return { ...state, revision }
  return {
    _tag: "Known",
    revision,
    registeredAt: event.ts,
    lastTs: event.ts,
    ...named(event),
    privacy: defaultPrivacy,
    devices: noEntries,
    revoked: noEntries,
    blocks: noEntries,
    mutes: noEntries,
    read: noCursors,
    delivered: noCursors,
  }
}

const changed = (state: Known, event: UserEvent): Known => {
  switch (event._tag) {
    case "UserRegistered":
      return state
    case "UserRenamed":
      return { ...state, ...named(event) }
    case "ProfileChanged":
      return withAvatar({ ...state, ...named(event) }, event.avatar_media_id)
    case "PrivacyChanged":
      return {
        ...state,
        privacy: { shareLastSeen: event.share_last_seen, sendReadReceipts: event.send_read_receipts },
      }
    case "QuietHoursChanged":
      return withQuietHours(state, event.quiet_hours)
    case "DeviceRegistered":
      return {
        ...state,
        devices: new Map(state.devices).set(
          event.device_id,
          deviceOf(event, state.devices.get(event.device_id)),
        ),
        revoked: without(state.revoked, event.device_id),
      }
    case "DeviceRevoked":
      return {
        ...state,
        devices: without(state.devices, event.device_id),
        revoked: latest(new Map(without(state.revoked, event.device_id)).set(event.device_id, event.ts)),
      }
    case "DevicePushDropped":
      return { ...state, devices: withoutPush(state.devices, event.device_id) }
    case "UserBlocked":
      return { ...state, blocks: new Map(state.blocks).set(event.user_id, event.ts) }
    case "UserUnblocked":
      return { ...state, blocks: without(state.blocks, event.user_id) }
    case "ConversationMuted":
      return { ...state, mutes: new Map(state.mutes).set(event.conversation_id, event.ts) }
    case "ConversationUnmuted":
      return { ...state, mutes: without(state.mutes, event.conversation_id) }
    case "ReadUpTo":
      return { ...state, read: moved(state.read, event.cursors, (conversation) => conversation) }
    case "Delivered": {
      const nameOf = (conversation: string): string => deliveredName(event.device_id, conversation)
      return { ...state, delivered: moved(state.delivered, event.cursors, nameOf) }
    }
  }
}

const withAvatar = (state: Known, avatar: string | null | undefined): Known => {
  if (avatar === undefined) return state
  const { avatar: _before, ...rest } = state
  return avatar === null ? rest : { ...rest, avatar }
}

const withQuietHours = (state: Known, hours: QuietHours | null): Known => {
  const { quietHours: _before, ...rest } = state
  return hours === null ? rest : { ...rest, quietHours: hours }
}

const deviceOf = (
  { ts, platform, provider, push, push_mac }: DeviceRegistered,
  before: Device | undefined,
): Device => ({
  platform,
  registeredAt: ts,
  knownSince: before?.knownSince ?? ts,
  ...(provider === undefined ? {} : { provider }),
  ...(push === undefined ? {} : { push }),
  ...(push_mac === undefined ? {} : { pushMac: push_mac }),
})

const withoutPush = (devices: Known["devices"], id: DeviceId): Known["devices"] => {
  const stood = devices.get(id)
  if (stood === undefined) return devices
  const { platform, registeredAt, knownSince } = stood
  return new Map(devices).set(id, { platform, registeredAt, knownSince })
}

const without = <K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> => {
  if (!map.has(key)) return map
  const rest = new Map(map)
  rest.delete(key)
  return rest
}

/** Takes the map over. */
const latest = <K, V>(map: Map<K, V>): Map<K, V> => {
  for (const oldest of map.keys()) {
    if (map.size <= mostRevocations) break
    map.delete(oldest)
  }
  return map
}

const moved = (
  before: Cursors,
  places: Readonly<Record<string, number>>,
  nameOf: (conversation: string) => string,
): Cursors =>
  Object.entries(places).reduce(
    (cursors, [conversation, place]) => move(cursors, nameOf(conversation), place),
    before,
  )
