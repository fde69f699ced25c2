/**
 * The rows that a batch is about, in memory: as they stood when they were loaded, and as the batch changes them.
 *
 * Always true: everything that the batch names is loaded before (`load.ts`); what is not here is not in the tables either. Nothing is
 * written until all of it is (`write.ts`).
 */
import type {
  HistoryTables,
  NewConversation,
  NewMember,
  NewMessage,
  Numbers,
  Settings,
} from "../../historyModel/HistoryTables.ts"

/** `title`, `topic`, `metadata`, `pair`, `restrictedBy`: JSON texts. */
export interface SettingsRow {
  readonly conversation: number
  pair: string
  title: string | null
  topic: string | null
  metadata: string | null
  restrictedBy: string
}

export interface ConversationRow {
  readonly numbers: Numbers
  /** Only of one that the batch creates. */
  readonly created?: NewConversation
  archived: boolean
}

/** What may change of a message after it was said. */
export interface MessageRow {
  readonly conversation: number
  readonly seq: number
  readonly messageId: string
  readonly sender: string
  readonly threadRoot: string | null
  /** Only of one that the batch says. */
  readonly said?: NewMessage
  editBox: string | null
  editedAt: number | null
  deleted: number | null
  reactions: string | null
  replyCount: number
  changed: boolean
}

export interface MemberSlot {
  readonly conversation: number
  readonly user: string
  member: NewMember | undefined
  changed: boolean
}

export interface Stand {
  readonly conversation: number
  readonly seq: number
  readonly user: string
  readonly emoji: string
  readonly stands: boolean
}

export interface Deletion {
  readonly conversation: number
  readonly seq: number
  readonly sender: string
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

export const keyOf = (conversation: number, rest: string | number): string => `${conversation}\n${rest}`

export class HistoryRows implements HistoryTables {
  readonly conversations = new Map<string, ConversationRow>()
  readonly settings = new Map<number, SettingsRow>()
  readonly changedSettings = new Set<number>()
  readonly members = new Map<string, MemberSlot>()
  readonly messages = new Map<string, MessageRow>()
  readonly ownCounts = new Map<string, number>()
  readonly stands = new Map<string, Stand>()
  /** Deleted by this batch: their reactions go. */
  readonly removed: Array<MessageRow> = []
  readonly deletions: Array<Deletion> = []
  readonly moved = new Map<number, Numbers>()
  /** Of the next conversation that is created. Numbers have no gaps. */
  nextId = 1

  readonly conversation = (name: string): Numbers | undefined => this.conversations.get(name)?.numbers

  readonly create = (created: NewConversation): number => {
    const id = this.nextId++
    const { revision, position, memberCount, name, pair, settings } = created
    const numbers = { id, revision, position, memberCount, mainline: 0, lastMainline: -1, activity: position }
    this.conversations.set(name, { numbers, created, archived: false })
    const empty = { title: null, topic: null, metadata: null }
    this.settings.set(id, { conversation: id, pair: JSON.stringify(pair), ...empty, restrictedBy: "[]" })
    this.resettle(id, settings)
    return id
  }

  readonly move = (numbers: Numbers): void => void this.moved.set(numbers.id, numbers)

  readonly archive = (id: number): void => {
    for (const row of this.conversations.values()) if (row.numbers.id === id) row.archived = true
  }

  readonly resettle = (id: number, { name, topic, metadata }: Settings): void => {
    Object.assign(this.#setting(id), { title: json(name), topic: json(topic), metadata: json(metadata) })
  }

  readonly restrictions = (id: number): ReadonlyArray<string> =>
    JSON.parse(this.#setting(id).restrictedBy) as ReadonlyArray<string>

  readonly restrict = (id: number, by: ReadonlyArray<string>): void => {
    this.#setting(id).restrictedBy = JSON.stringify(by)
  }

  readonly join = (id: number, member: NewMember): void => {
    const slot = this.#slot(id, member.user)
    if (slot.member === undefined) Object.assign(slot, { member, changed: true })
  }

  readonly leave = (id: number, user: string): void => {
    const slot = this.#slot(id, user)
    if (slot.member !== undefined) Object.assign(slot, { member: undefined, changed: true })
  }

  readonly appoint = (id: number, user: string, role: string): void => {
    const slot = this.#slot(id, user)
    if (slot.member !== undefined) Object.assign(slot, { member: { ...slot.member, role }, changed: true })
  }

  readonly ownMainline = (id: number, sender: string): number => this.ownCounts.get(keyOf(id, sender)) ?? 0

  readonly say = (said: NewMessage): void => {
    const { conversation, seq, messageId, sender, threadRoot } = said
    const fresh = { editBox: null, editedAt: null, deleted: null, reactions: null, replyCount: 0 }
    const row = { conversation, seq, messageId, sender, threadRoot, said, ...fresh, changed: true }
    this.messages.set(keyOf(conversation, seq), row)
  }

  readonly reply = (id: number, seq: number, messageId: string): void => {
    const row = this.messages.get(keyOf(id, seq))
    if (row?.messageId === messageId) this.#alter(row, { replyCount: row.replyCount + 1 })
  }

  readonly edit = (id: number, seq: number, box: string, at: number): void => {
    const row = this.#standing(id, seq)
    if (row !== undefined) this.#alter(row, { editBox: box, editedAt: at })
  }

  readonly remove: HistoryTables["remove"] = (id, seq, revision) => {
    const row = this.#standing(id, seq)
    if (row === undefined) return undefined
    this.#alter(row, { deleted: revision, editBox: null, editedAt: null, reactions: null })
    for (const [key, stand] of this.stands)
      if (stand.conversation === id && stand.seq === seq) this.stands.delete(key)
    this.removed.push(row)
    return row
  }

  readonly noteDeletion = (conversation: number, seq: number, sender: string): void =>
    void this.deletions.push({ conversation, seq, sender })

  readonly reactions = (id: number, seq: number): string | null | undefined =>
    this.#standing(id, seq)?.reactions

  readonly saveReactions = (id: number, seq: number, reactions: string | null): void => {
    const row = this.#standing(id, seq)
    if (row !== undefined) this.#alter(row, { reactions })
  }

  readonly stand = (conversation: number, seq: number, user: string, emoji: string, stands: boolean): void =>
    void this.stands.set(`${keyOf(conversation, seq)}\n${user}\n${emoji}`, {
      conversation,
      seq,
      user,
      emoji,
      stands,
    })

  #alter(row: MessageRow, change: Partial<MessageRow>): void {
    Object.assign(row, change, { changed: true })
  }

  /** Unless it is deleted. */
  #standing(id: number, seq: number): MessageRow | undefined {
    const row = this.messages.get(keyOf(id, seq))
    return row?.deleted === null ? row : undefined
  }

  /** To be changed. */
  #setting(id: number): SettingsRow {
    this.changedSettings.add(id)
    const row = this.settings.get(id)
    if (row === undefined) throw new Error(`the settings of conversation ${id} were not loaded`)
    return row
  }

  #slot(conversation: number, user: string): MemberSlot {
    const key = keyOf(conversation, user)
    const known = this.members.get(key)
    if (known !== undefined) return known
    const slot = { conversation, user, member: undefined, changed: false }
    this.members.set(key, slot)
    return slot
  }
}
