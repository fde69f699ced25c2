/**
 * What people are called, and finding them.
 *
 * Always true: a name is asked for once, few at a time, when somebody first wants to show it; until then, and for who is not
 * known, the user id stands in its place.
 */
import type { Api } from "./Api.ts"
import { ParleyError } from "./Problem.ts"
import type { OwnProfile, Profile } from "./wire.ts"

const atOnce = 4

export class People {
  readonly #api: Api
  readonly #changed: (userIds: ReadonlyArray<string>) => void
  readonly #names = new Map<string, string>()
  readonly #wanted = new Set<string>()
  #asking = 0

  constructor(api: Api, changed: (userIds: ReadonlyArray<string>) => void) {
    this.#api = api
    this.#changed = changed
  }

  nameOf(userId: string): string {
    const name = this.#names.get(userId)
    if (name === undefined && !this.#wanted.has(userId)) {
      this.#wanted.add(userId)
      void this.#ask()
    }
    return name ?? userId
  }

  /** By the start of the id or of a word of the name. Throws `ParleyError`. */
  async search(q: string): Promise<ReadonlyArray<Profile>> {
    const { items } = await this.#api.people(q)
    const news = items.filter(({ name, user_id }) => this.#names.get(user_id) !== name)
    for (const { name, user_id } of news) this.#names.set(user_id, name)
    if (news.length > 0) this.#changed(news.map((one) => one.user_id))
    return items
  }

  /** Throws `ParleyError`. */
  async ownProfile(): Promise<OwnProfile> {
    return this.#keep(await this.#api.ownProfile())
  }

  /** Throws `ParleyError`. */
  async updateProfile(change: Partial<Omit<OwnProfile, "user_id">>): Promise<OwnProfile> {
    return this.#keep(await this.#api.updateProfile(change))
  }

  /** The connection is back: names that could not be asked for are asked for when they are next shown. */
  retry(): void {
    if (this.#asking === 0) this.#wanted.clear()
  }

  async #ask(): Promise<void> {
    if (this.#asking >= atOnce) return
    this.#asking++
    for (const userId of this.#wanted) {
      if (this.#names.has(userId)) continue
      this.#names.set(userId, userId)
      try {
        const { name } = await this.#api.profile(userId)
        this.#names.set(userId, name)
        if (name !== userId) this.#changed([userId])
      } catch (error) {
        if (!(error instanceof ParleyError)) throw error
        if (!error.problem.retryable) continue
        this.#names.delete(userId)
        break
      }
    }
    this.#asking--
  }

  #keep(profile: OwnProfile): OwnProfile {
    this.#names.set(profile.user_id, profile.name)
    this.#changed([profile.user_id])
    return profile
  }
}
