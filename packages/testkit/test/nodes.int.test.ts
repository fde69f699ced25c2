/** Many nodes as real processes: what is killed, or frozen and thawed, loses nothing and writes nothing that it may not. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { raised } from "@parley/testkit/chaos/chaos"
import { describe as describeRun } from "@parley/testkit/chaos/ChaosReport"
import { Account, type Answer } from "@parley/testkit/independent/Account"
import type { Disturbance } from "@parley/testkit/nodes/disturbances"
import { drill } from "@parley/testkit/nodes/drill"
import { type Nodes, nodesAreHere, startNodes } from "@parley/testkit/nodes/startNodes"
import { setTimeout as pause } from "node:timers/promises"

/** From the first try to the last, on a busy machine too. */
const answerWithinMs = 100_000

/** Until it is answered for good, as a client does; a gateway says `unavailable` while a runner is looked for. */
const untilAnswered = async (ask: () => Promise<Answer>): Promise<Answer> => {
  const end = Date.now() + answerWithinMs
  for (;;) {
    const answer = await ask().catch(() => undefined)
    if (answer !== undefined && answer.status < 500) return answer
    if (Date.now() > end) throw new Error(`no answer: ${answer?.status} ${JSON.stringify(answer?.body)}`)
    await pause(200)
  }
}

const killed: Disturbance = {
  name: "kill -9 of a runner and a gateway",
  begin: ({ gateways, runners }) => Promise.all([runners[0]!.kill9(), gateways[0]!.kill9()]),
  lastsMs: 0,
  end: ({ gateways, runners }) => Promise.all([runners[0]!.restart(), gateways[0]!.restart()]),
}

describe.runIf(nodesAreHere())("two gateways, two runners and a projector", () => {
  let nodes: Nodes
  beforeAll(async () => {
    nodes = await startNodes({ env: raised })
  }, 240_000)
  afterAll(() => nodes?.stop(), 120_000)

  it("[I2] kill -9 of a runner and of a gateway under load: every counter of the checker is 0", async () => {
    const { faults, report } = await drill(
      nodes,
      killed,
      {
        seed: 20_261_201,
        seconds: 12,
        rate: 60,
        connections: 30,
        conversations: 16,
        pace: 0.25,
        kills: 1,
        defaultLimits: false,
      },
      console.log,
    )
    const text = describeRun(report)
    expect(faults, text).toEqual([])
  }, 360_000)

  it("[I3] a runner that was frozen and thawed writes nothing stale: of one key with two bodies one stands, the other is a mismatch", async () => {
    const [one, two] = nodes.gateways.map(({ url }) => new Account(url, "frozen-ann")) as [Account, Account]
    const groups: Array<string> = []
    // Over several shards: some are the frozen runner's.
    while (groups.length < 6) {
      const { body } = await untilAnswered(() => one.createGroup("a group", [], `group-${groups.length}`))
      await untilAnswered(() => one.send(body.id as string, "first", "first"))
      groups.push(body.id as string)
    }
    const { pid } = nodes.runners[0]!
    const answers = await (async () => {
      process.kill(pid, "SIGSTOP")
      try {
        const asked = groups.map((group) =>
          [one, two].map((account, place) =>
            untilAnswered(() => account.send(group, "same", `body ${place}`)),
          ),
        )
        // Each conversation answers while the runner that had it is frozen.
        await Promise.all(asked.map((both) => Promise.any(both)))
        process.kill(pid, "SIGCONT")
        return await Promise.all(asked.map((both) => Promise.all(both)))
      } finally {
        process.kill(pid, "SIGCONT")
      }
    })()
    for (const [place, both] of answers.entries()) {
      const told = both.map(({ status, body }) => (status < 300 ? "acked" : (body.code as string)))
      expect([...told].sort()).toEqual(["acked", "idempotency_mismatch"])
      const group = groups[place]!
      await untilAnswered(() => two.send(group, "last", "last"))
      const texts = ["first", `body ${told.indexOf("acked")}`, "last"]
      for (const account of [one, two])
        expect((await account.wholeHistory(group)).map(({ text }) => text)).toEqual(texts)
    }
  }, 240_000)
})
