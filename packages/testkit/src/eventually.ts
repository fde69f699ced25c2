/** Looks until it holds: for what happens elsewhere, which no test clock drives. */
import * as Effect from "effect/Effect"

const EVERY_MS = 10

/** The last failure, when it does not hold within `withinMs` of real time. */
export const eventually = (holds: () => void | Promise<void>, withinMs = 10_000): Effect.Effect<void> =>
  Effect.promise(async () => {
    const end = performance.now() + withinMs
    for (;;) {
      try {
        return await holds()
      } catch (cause) {
        if (performance.now() > end) throw cause
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  })
