/** The command against the product: a rebuild while people write, and nobody notices. */
import { mkdirSync } from "node:fs"
import { Account } from "@parley/testkit/independent/Account"
import { startParley } from "@parley/testkit/startParley"
import { expect, it } from "vitest"
import { parley } from "./command.ts"
import { ownDirectory } from "./directories.ts"

const path = ownDirectory()

it("rebuilds history on a running server, from the same environment, while messages come in", async () => {
  mkdirSync(path("data"))
  const server = await startParley({ dataDir: path("data") })
  try {
    const [ann, bob] = [new Account(server.url, "ann"), new Account(server.url, "bob")]
    await bob.token()
    const { body: group } = await ann.createGroup("Lunch", ["bob"])
    const lunch = group.id as string
    for (let i = 0; i < 20; i++) await ann.send(lunch, `a${i}`, `before ${i}`)
    const env = { PARLEY_OPS_PORT: new URL(server.opsUrl).port }
    const rebuilding = parley(["rebuild", "history", "--json"], env)
    for (let i = 0; i < 20; i++) expect((await bob.send(lunch, `b${i}`, `during ${i}`)).status).toBe(201)
    const { status, stdout, stderr } = await rebuilding
    expect([status, stderr]).toEqual([0, ""])
    const { total, ...last } = JSON.parse(stdout) as { total: number; applied: number }
    expect(last).toMatchObject({ projection: "history", state: "done" })
    expect(last.applied).toBeLessThanOrEqual(total)
    const history = await bob.wholeHistory(lunch)
    expect(history).toHaveLength(40)
    expect(new Set(history.map((one) => one.seq)).size).toBe(40)

    const unknown = await parley(["rebuild", "weather"], env)
    expect([unknown.status, unknown.stdout]).toEqual([1, ""])
    const effect = await parley(["rebuild", "push"], env)
    expect([effect.status, effect.stderr]).toEqual([1, expect.stringContaining("is never rebuilt")])
    expect(unknown.stderr).toMatch(
      /There is no projection weather\. These can be rebuilt: .*history.*membership/,
    )
  } finally {
    await server.stop()
  }
})
