/**
 * Whom the person has blocked, and which conversations are to be quiet.
 *
 * Always true: a switch is thrown at once and falls back when the server refuses; what `load` reads does not undo a switch that
 * is under way.
 */
import type { Api } from "./Api.ts"

class Switches {
  readonly #set: (id: string, on: boolean) => Promise<void>
  readonly #changed: () => void
  readonly #on = new Set<string>()
  readonly #underWay = new Set<string>()

  constructor(set: (id: string, on: boolean) => Promise<void>, changed: () => void) {
    this.#set = set
    this.#changed = changed
  }

  has(id: string): boolean {
    return this.#on.has(id)
  }

  replace(ids: ReadonlyArray<string>): void {
    for (const id of this.#on) if (!this.#underWay.has(id)) this.#on.delete(id)
    for (const id of ids) if (!this.#underWay.has(id)) this.#on.add(id)
    this.#changed()
  }

  async throw(id: string, on: boolean): Promise<void> {
    const before = this.#on.has(id)
    this.#put(id, on)
    this.#underWay.add(id)
    try {
      await this.#set(id, on)
    } catch (error) {
      this.#put(id, before)
      throw error
    } finally {
      this.#underWay.delete(id)
    }
  }

  #put(id: string, on: boolean): void {
    if (on) this.#on.add(id)
    else this.#on.delete(id)
    this.#changed()
  }
}

export class Preferences {
  readonly #api: Api
  readonly #blocks: Switches
  readonly #mutes: Switches

  constructor(api: Api, changed: () => void) {
    this.#api = api
    this.#blocks = new Switches((id, on) => api.setBlocked(id, on), changed)
    this.#mutes = new Switches((id, on) => api.setMuted(id, on), changed)
  }

  /** Reads both lists. Throws `ParleyError`. */
  async load(): Promise<void> {
    const [blocks, mutes] = await Promise.all([this.#api.blocks(), this.#api.mutes()])
    this.#blocks.replace(blocks.items.map((one) => one.user_id))
    this.#mutes.replace(mutes.items.map((one) => one.conversation_id))
  }

  isBlocked(userId: string): boolean {
    return this.#blocks.has(userId)
  }

  isMuted(conversationId: string): boolean {
    return this.#mutes.has(conversationId)
  }

  /** Throws `ParleyError`. */
  setBlocked(userId: string, on: boolean): Promise<void> {
    return this.#blocks.throw(userId, on)
  }

  /** Throws `ParleyError`. */
  setMuted(conversationId: string, on: boolean): Promise<void> {
    return this.#mutes.throw(conversationId, on)
  }
}
