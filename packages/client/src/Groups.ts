/**
 * Founding groups and changing them.
 *
 * Always true: a new name or topic is shown at once (`shown`) and falls back when the server refuses. All of it throws
 * `ParleyError`.
 */
import type { Api } from "./Api.ts"
import type { Conversation, Page, Role, RosterEntry } from "./wire.ts"

export interface GroupChange {
  readonly name?: string
  /** `null` takes it away. */
  readonly topic?: string | null
}

export class Groups {
  readonly #api: Api
  readonly #put: (conversation: Conversation) => void
  readonly #changed: (id: string) => void
  #underWay: ReadonlyArray<{ readonly id: string; readonly change: GroupChange }> = []

  /** `put`: takes what the server answered. `changed`: `shown` tells something else of the group. */
  constructor(api: Api, put: (conversation: Conversation) => void, changed: (id: string) => void) {
    this.#api = api
    this.#put = put
    this.#changed = changed
  }

  /** The conversation as it will be. */
  shown(conversation: Conversation): Conversation {
    let shown = conversation
    for (const { change, id } of this.#underWay)
      if (id === conversation.id) {
        const { name = shown.name, topic = shown.topic } = change
        const { topic: _topic, ...rest } = shown
        shown = { ...rest, ...(name === undefined ? {} : { name }), ...(topic ? { topic } : {}) }
      }
    return shown
  }

  /** `key`: the same for every attempt at the same group, so a repeat after a lost answer is harmless. */
  async create(name: string, memberIds: ReadonlyArray<string>, key: string): Promise<Conversation> {
    const conversation = await this.#api.createGroup(name, memberIds, key)
    this.#put(conversation)
    return conversation
  }

  async update(id: string, change: GroupChange): Promise<void> {
    const asked = { id, change }
    this.#underWay = [...this.#underWay, asked]
    this.#changed(id)
    try {
      this.#put(await this.#api.updateGroup(id, change))
    } finally {
      this.#underWay = this.#underWay.filter((one) => one !== asked)
      this.#changed(id)
    }
  }

  async rename(id: string, name: string): Promise<void> {
    await this.update(id, { name })
  }

  async archive(id: string): Promise<void> {
    await this.#api.archiveGroup(id)
    this.#put(await this.#api.conversation(id))
  }

  async setRole(id: string, userId: string, role: Role): Promise<void> {
    await this.#api.setRole(id, userId, role)
  }

  async add(id: string, userIds: ReadonlyArray<string>, role: Role = "member"): Promise<void> {
    await this.#api.changeMembers(id, { add: userIds.map((user_id) => ({ user_id, role })) })
  }

  /** Anybody may remove himself: that is leaving. */
  async remove(id: string, userIds: ReadonlyArray<string>): Promise<void> {
    await this.#api.changeMembers(id, { remove: userIds })
  }

  roster(id: string, cursor?: string): Promise<Page<RosterEntry>> {
    return this.#api.roster(id, cursor)
  }
}
