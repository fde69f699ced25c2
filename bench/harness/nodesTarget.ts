/** One to one conversations on many nodes, whose sender and recipient are on different gateways. */
import type { Nodes } from "@parley/testkit/nodes/startNodes"
import { speakTo } from "./speaker.ts"
import type { Pair } from "./target.ts"

export interface AcrossGateways {
  readonly pairs: ReadonlyArray<Pair>
  readonly hangUp: () => void
}

export const acrossGateways = async ({ gateways }: Nodes, count: number): Promise<AcrossGateways> => {
  const speakers = gateways.map(({ url }) => speakTo(url))
  const [here, there] = [speakers[0]!, speakers.at(-1)!]
  const hangUp = (): void => speakers.forEach((one) => one.hangUp())
  const pairs: Array<Pair> = []
  try {
    for (let i = 0; i < count; i++) {
      const [a, b] = [await here.login(`a-${i}`), await there.login(`b-${i}`)]
      const { id } = await here.post("/v1/conversations", a, { kind: "direct", user_id: `b-${i}` })
      pairs.push({ conversation: id!, from: await here.connect(a), to: await there.connect(b) })
    }
  } catch (cause) {
    hangUp()
    throw cause
  }
  return { pairs, hangUp }
}
