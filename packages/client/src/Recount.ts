/**
 * Asks the server how much is unread where that cannot be told from what is held: after a deletion, a gap or a message in a
 * conversation of which nothing more is known.
 *
 * Always true: one question at a time, seconds apart and at a moment of one's own, because all members of a group have the same
 * reason to ask at once. What is not found among the first `mostPages` of the inbox stays as it is until the next reason.
 */
import type { Api } from "./Api.ts"
import type { Platform } from "./Platform.ts"
import { ParleyError } from "./Problem.ts"
import type { Store } from "./Store.ts"

const mostPages = 10
const [leastMs, jitterMs] = [500, 2_500]

export class Recount {
  readonly #api: Api
  readonly #store: Store
  readonly #platform: Platform
  #asking = false

  constructor(api: Api, store: Store, platform: Platform) {
    this.#api = api
    this.#store = store
    this.#platform = platform
  }

  /** Soon, if there is a reason. */
  soon(): void {
    if (this.#asking || this.#store.unsure.length === 0) return
    this.#asking = true
    this.#platform.after(leastMs + this.#platform.random() * jitterMs, () => {
      this.#ask()
        .catch((error: unknown) => {
          if (!(error instanceof ParleyError)) throw error
        })
        .finally(() => {
          this.#asking = false
        })
    })
  }

  async #ask(): Promise<void> {
    let wanted = this.#store.unsure
    let cursor: string | undefined
    for (let page = 0; wanted.length > 0 && page < mostPages; page++) {
      const { items, next_cursor } = await this.#api.inbox(cursor)
      this.#store.recount(items, wanted)
      if (next_cursor === undefined) return
      const found = items.map((one) => one.id)
      wanted = wanted.filter((id) => !found.includes(id))
      cursor = next_cursor
    }
  }
}
