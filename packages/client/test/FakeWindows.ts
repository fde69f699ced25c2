/** Windows of one browser, which hold names against each other. */
import type { Platform } from "../src/Platform.ts"

export class FakeWindows {
  /** Who holds which name. */
  readonly #held = new Map<string, string>()

  platformOf(window: string): Pick<Platform, "hold" | "whileFree"> {
    return {
      hold: async (name) => {
        if (this.#held.has(name)) return false
        this.#held.set(name, window)
        return true
      },
      whileFree: async (name, run) => {
        if (this.#held.has(name)) return
        this.#held.set(name, window)
        await run()
        this.#held.delete(name)
      },
    }
  }

  close(window: string): void {
    for (const [name, holder] of this.#held) if (holder === window) this.#held.delete(name)
  }
}
