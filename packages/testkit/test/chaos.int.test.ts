/** The started product under load while it is killed: nothing acknowledged is lost, doubled, changed, out of order or shown to strangers. */
import { expect, it } from "vitest"
import { chaos } from "@parley/testkit/chaos/chaos"
import type { ChaosOptions } from "@parley/testkit/chaos/ChaosOptions"
import { describe as describeRun, faultsOf } from "@parley/testkit/chaos/ChaosReport"

const expectToHold = async (options: ChaosOptions): Promise<void> => {
  const report = await chaos(options, console.log)
  const text = describeRun(report)
  console.log(text)
  expect(faultsOf(report), text).toEqual([])
}

it("five kill -9 under 2,000 messages a second, changing members, edits, reactions, roles and read markers: every counter of the checker is 0", async () => {
  await expectToHold({
    seed: 20_261_124,
    seconds: 60,
    rate: 2_000,
    connections: 200,
    conversations: 60,
    kills: 5,
    defaultLimits: false,
  })
}, 480_000)

it("above the default limits senders are rate limited, and every counter of the checker is 0", async () => {
  await expectToHold({
    seed: 24_112_026,
    seconds: 20,
    rate: 2_500,
    connections: 200,
    conversations: 20,
    kills: 1,
    defaultLimits: true,
  })
}, 240_000)
