/** Parley as a target for the generator. */
import { launchParley } from "./parleyProcess.ts"
import type { Pair, Target } from "./target.ts"

export const startParley = async (environment: Readonly<Record<string, string>> = {}): Promise<Target> => {
  const { connect, login, pid, post, stop } = await launchParley(environment)
  return {
    name: "parley",
    pid: pid(),
    pairs: async (count) => {
      const pairs: Array<Pair> = []
      for (let i = 0; i < count; i++) {
        const [a, b] = [await login(`a-${i}`), await login(`b-${i}`)]
        const { id } = await post("/v1/conversations", a, { kind: "direct", user_id: `b-${i}` })
        pairs.push({ conversation: id!, from: await connect(a), to: await connect(b) })
      }
      return pairs
    },
    stop,
  }
}
