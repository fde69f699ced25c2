/**
 * What changed messages and roles after they stood, by `seq`: from what anybody was shown, what acks said and, if it was read, the log.
 *
 * Always true: one `seq` is one alteration at most; the log, where it was read, says what kind it is, and frames and acks what it says.
 */
import type { Content } from "./Contents.ts"
import type { Act, ActKind, Alteration, Recording } from "./Recording.ts"

/** What the alterations make of one message. */
export interface Standing {
  /** Of the last edit; `undefined` without one. */
  text: string | undefined
  deleted: boolean
  /** By emoji: who. */
  readonly reactions: Map<string, Set<string>>
}

export class Alterations {
  readonly #recording: Recording
  readonly #all: Array<ReadonlyArray<Alteration>> = []
  readonly #standing: Array<Map<string, Standing>> = []
  readonly #ofMessage: Array<Map<string, Array<Alteration>>> = []
  readonly #roles: Array<Map<string, Array<Alteration>>> = []

  constructor(recording: Recording) {
    this.#recording = recording
    const acts = byConversation(recording)
    recording.conversations.all.forEach((_, conversation) => {
      const all = alterationsOf(recording, conversation, acts[conversation] ?? [])
      const ofMessage = new Map<string, Array<Alteration>>()
      const roles = new Map<string, Array<Alteration>>()
      for (const alteration of all) {
        const lists = alteration.kind === "role" ? roles : ofMessage
        const own = lists.get(alteration.target)
        if (own === undefined) lists.set(alteration.target, [alteration])
        else own.push(alteration)
      }
      this.#all.push(all)
      this.#ofMessage.push(ofMessage)
      this.#roles.push(roles)
      this.#standing.push(new Map([...ofMessage].map(([id, own]) => [id, fold(own)])))
    })
  }

  /** In rising `seq`. */
  all(conversation: number): ReadonlyArray<Alteration> {
    return this.#all[conversation] ?? []
  }

  /** Of one message, in rising `seq`. */
  of(conversation: number, messageId: string): ReadonlyArray<Alteration> {
    return this.#ofMessage[conversation]?.get(messageId) ?? []
  }

  /** `undefined`: nothing ever altered it. */
  standing(conversation: number, messageId: string): Standing | undefined {
    return this.#standing[conversation]?.get(messageId)
  }

  /** The `seq` from which on a message read so; 0 for what was sent, `undefined` for what it never said. */
  since(
    conversation: number,
    messageId: string,
    original: string | undefined,
    text: string,
  ): number | undefined {
    if (text === original) return 0
    const kind: ActKind = text === "" ? "delete" : "edit"
    return this.of(conversation, messageId).find(
      (one) => one.kind === kind && (text === "" || one.value === text),
    )?.seq
  }

  /** Of a member at a `seq`: as the last role event since his joining says, or as he joined. `since`: the `seq` of that joining. */
  roleOf(conversation: number, user: string, seq: number, since: number): string {
    const given = this.#roles[conversation]?.get(user)?.findLast((one) => one.seq < seq && one.seq > since)
    if (given !== undefined) return given.value ?? "member"
    const { founders, isGroup, users } = this.#recording
    const owner = founders[conversation]?.[0]
    return since === 0 && isGroup[conversation] === true && owner === users.find(user) ? "owner" : "member"
  }
}

const fold = (alterations: ReadonlyArray<Alteration>): Standing => {
  const standing: Standing = { text: undefined, deleted: false, reactions: new Map() }
  for (const { kind, who, value = "" } of alterations) {
    if (kind === "edit") standing.text = value
    if (kind === "delete") standing.deleted = true
    if (kind === "react") {
      const people = standing.reactions.get(value)
      if (people === undefined) standing.reactions.set(value, new Set([who]))
      else people.add(who)
    }
    if (kind === "unreact" && standing.reactions.get(value)?.delete(who) === true)
      if (standing.reactions.get(value)!.size === 0) standing.reactions.delete(value)
  }
  return standing
}

/** As `Item.reactions`; a deleted message shows none. */
export const reactionsText = ({ deleted, reactions }: Standing): string =>
  deleted
    ? ""
    : [...reactions]
        .map(([emoji, people]) => `${emoji} ${people.size}`)
        .sort()
        .join(",")

const byConversation = ({ acts }: Recording): Array<Array<Act>> => {
  const lists: Array<Array<Act>> = []
  for (const act of acts) (lists[act.conversation] ??= []).push(act)
  return lists
}

const kinds: Readonly<Record<string, ActKind>> = {
  "message.edited": "edit",
  "message.deleted": "delete",
  "reaction.added": "react",
  "reaction.removed": "unreact",
  "member.role_changed": "role",
}

/** What a frame says that is one; a reaction's text is its emoji and the count. */
export const alterationOf = (
  seq: number,
  { type, messageId, who, text }: Content,
): Alteration | undefined => {
  const kind = kinds[type]
  if (kind === undefined) return undefined
  if (kind === "role") {
    const [actor = "", role = ""] = text.split(" ")
    return { seq, kind, target: who, who: actor, value: role }
  }
  const value = kind === "edit" ? text : kind === "delete" ? "" : text.split(" ")[0]!
  return { seq, kind, target: messageId, who, value }
}

const alterationsOf = (
  recording: Recording,
  conversation: number,
  acts: ReadonlyArray<Act>,
): ReadonlyArray<Alteration> => {
  const found = new Map<number, Alteration>()
  recording.contents.each(conversation, (seq, content) => {
    const alteration = alterationOf(seq, content)
    if (alteration !== undefined) found.set(seq, alteration)
  })
  const texts = new Map<string, string>()
  for (const { kind, outcome, seq, target, value } of acts)
    if (kind === "edit" && outcome === "acked") texts.set(`${seq} ${target}`, value)
  for (const logged of recording.log?.[conversation]?.alterations ?? []) {
    const value = logged.value ?? found.get(logged.seq)?.value ?? texts.get(`${logged.seq} ${logged.target}`)
    found.set(logged.seq, value === undefined ? logged : { ...logged, value })
  }
  return [...found.values()].sort((a, b) => a.seq - b.seq)
}
