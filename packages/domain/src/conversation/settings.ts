/** What a group is called and about, whether it is archived, and whether a direct conversation is open: changes of what it is for everybody. */
import * as HashMap from "effect/HashMap"
import { type Decision, accept, reject } from "../Decision.ts"
import type { UserId } from "../ids.ts"
import type { ArchiveConversation, Done, Lift, Restrict, UpdateConversation } from "./commands.ts"
import type { ConversationArchived, ConversationEvent, SettingMacs } from "./events.ts"
import { notFound } from "./notFound.ts"
import { permitted } from "./rights.ts"
import { metadataTooLarge } from "./sizes.ts"
import { type ConversationState, type Live, memberOf, nextTs } from "./state.ts"

type DoneDecision = Decision<ConversationEvent, Done>

const names = ["name", "topic", "metadata"] as const

/** Whether it stands already: by its MAC, which only who sealed it can compute, so another person's same value is a change. */
const same = (state: Live, command: UpdateConversation, setting: (typeof names)[number]): boolean => {
  const wanted = command[setting]
  if (wanted === undefined) return true
  const standing = state[setting]
  if (wanted === null) return standing === undefined
  return standing?.owner === command.actor && state.macs[setting] === command.macs[setting]
}

export const updateConversation = (before: ConversationState, command: UpdateConversation): DoneDecision => {
  const may = permitted(before, command.actor, "update")
  if (may._tag === "Rejected") return may
  const { state } = may
  if (names.every((setting) => same(state, command, setting)))
    return accept([], { _tag: "Done", seq: state.settingsSeq })
  const tooLarge = metadataTooLarge(command.limits, command.metadataBytes ?? 0)
  if (tooLarge !== undefined) return reject(tooLarge)
  const { now: _now, limits: _limits, ...given } = command
  const macs: { -readonly [K in keyof SettingMacs]: SettingMacs[K] } = { ...state.macs }
  const sealed: { -readonly [K in (typeof names)[number]]?: Live[K] } = {}
  for (const setting of names) {
    const wanted = given[setting]
    const standing = wanted === undefined ? state[setting] : (wanted ?? undefined)
    if (standing !== undefined) sealed[setting] = standing
    if (wanted !== undefined) delete macs[setting]
    const mac = command.macs[setting]
    if (wanted && mac !== undefined) macs[setting] = mac
  }
  const { name: _name, topic: _topic, metadata: _metadata, ...rest } = settingsOf(state)
  return accept(
    [
      {
        _tag: "ConversationUpdated",
        ts: nextTs(state, command.now),
        actor: command.actor,
        ...rest,
        ...sealed,
        macs,
      },
    ],
    { _tag: "Done", seq: state.revision + 1 },
  )
}

/** Archived again: the first one stands. Owners may ask that even of an archived conversation. */
export const archiveConversation = (
  before: ConversationState,
  command: ArchiveConversation,
): DoneDecision => {
  if (before._tag === "Live" && before.archived && memberOf(before, command.actor)?.role === "owner")
    return accept([], { _tag: "Done", seq: before.settingsSeq })
  const may = permitted(before, command.actor, "archive")
  if (may._tag === "Rejected") return may
  return accept([settled("ConversationArchived", may.state, command)], {
    _tag: "Done",
    seq: may.state.revision + 1,
  })
}

/** The actor has blocked his partner; `not_found` where they have no direct conversation. */
export const restrict = (before: ConversationState, command: Restrict): DoneDecision => {
  const state = directOf(before, command.actor)
  if (state === undefined) return notFound()
  return state.restrictedBy.includes(command.actor)
    ? accept([], { _tag: "Done", seq: state.settingsSeq })
    : accept([settled("DirectRestricted", state, command)], { _tag: "Done", seq: state.revision + 1 })
}

/** The actor has unblocked his partner. */
export const lift = (before: ConversationState, command: Lift): DoneDecision => {
  const state = directOf(before, command.actor)
  if (state === undefined) return notFound()
  return state.restrictedBy.includes(command.actor)
    ? accept([settled("DirectRestrictionLifted", state, command)], { _tag: "Done", seq: state.revision + 1 })
    : accept([], { _tag: "Done", seq: state.settingsSeq })
}

const directOf = (state: ConversationState, actor: UserId): Live | undefined =>
  state._tag === "Live" && state.kind === "direct" && memberOf(state, actor) !== undefined ? state : undefined

type Settled = "ConversationArchived" | "DirectRestricted" | "DirectRestrictionLifted"

const settled = <Tag extends Settled>(
  _tag: Tag,
  state: Live,
  command: { readonly actor: UserId; readonly now: number },
) => ({ _tag, ts: nextTs(state, command.now), actor: command.actor, ...settingsOf(state) })

/** As events of these kinds repeat it. */
const settingsOf = (state: Live): Omit<ConversationArchived, "_tag" | "ts" | "actor"> => ({
  kind: state.kind,
  created_at: state.createdAt,
  history: state.history,
  member_count: state.memberCount,
  ...(state.name === undefined ? {} : { name: state.name }),
  ...(state.topic === undefined ? {} : { topic: state.topic }),
  ...(state.metadata === undefined ? {} : { metadata: state.metadata }),
  ...(state.kind === "direct" ? { member_ids: [...HashMap.keys(state.members)].sort() } : {}),
})
