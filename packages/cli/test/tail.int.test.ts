import { mkdirSync } from "node:fs"
import { Account } from "@parley/testkit/independent/Account"
import { startParley } from "@parley/testkit/startParley"
import { expect, it } from "vitest"
import { parley, start } from "./command.ts"
import { ownDirectory } from "./directories.ts"
import { append, conversation, erasePerson, makeData, stream } from "./storedData.ts"

const path = ownDirectory()
const env = { TZ: "Asia/Tokyo" }
const said = [
  ["ann", "Soup today?"],
  ["bob", "Yes!\nAnd \u001b[31mbread\u202e"],
  ["ann", "Noon it is"],
] as const

it("shows when, who and what, oldest first, in the reader's time zone, and nothing that could disturb a terminal", async () => {
  await makeData(path("data"), said)
  const { status, stdout } = await parley(["tail", "--data-dir", path("data")], env)
  expect(status).toBe(0)
  expect(stdout.split("\n").slice(1)).toEqual([
    '2026-11-24 21:00:00  @1  [Lunch]  ann created the group "Lunch" with ann, bob',
    "2026-11-24 21:00:01  @2  [Lunch]  ann: Soup today?",
    "2026-11-24 21:00:02  @3  [Lunch]  bob: Yes! ⏎ And \\u001b[31mbread\\u202e",
    "2026-11-24 21:00:03  @4  [Lunch]  ann: Noon it is",
    "",
  ])
})

it("shows one conversation from a seq on, so many, as JSON for programs", async () => {
  await makeData(path("data"), said)
  const args = ["tail", conversation, "--data-dir", path("data"), "--from", "1", "--limit", "2", "--json"]
  const { stdout } = await parley(args)
  const lines = stdout.trimEnd().split("\n")
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ seq: 1, who: "ann", type: "MessageSent", text: "Soup today?" }),
    expect.objectContaining({ seq: 2, who: "bob", text: said[1][1], time: "2026-11-24T12:00:02.000Z" }),
  ])
  const newest = await parley(["tail", conversation, "--data-dir", path("data"), "-n", "1"])
  expect(newest.stdout).toMatch(/^\S+ \S+ {2}#3 {2}ann: Noon it is\n$/)
})

it("marks erased people, keeps others readable, and survives types and data that it does not know", async () => {
  await makeData(path("data"), said)
  await erasePerson(path("data"), "bob")
  const event = {
    id: "0".repeat(32),
    type: "PollOpened",
    data: '{"question":1}',
    metadata: '{"v":1,"actor":"ann"}',
  }
  await append(path("data"), stream, [
    event,
    { ...event, type: "MessageSent", metadata: '{"v":99}' },
    { ...event, data: "not JSON", metadata: "[" },
  ])
  await append(path("data"), "audit-7", [event])
  const { status, stdout, stderr } = await parley(["tail", "--data-dir", path("data")])
  expect([status, stderr]).toEqual([0, ""])
  expect(stdout).toContain("ann: Soup today?\n")
  expect(stdout).toContain("bob (erased): [erased]\n")
  expect(stdout).not.toContain("bread")
  expect(stdout).toContain("ann did PollOpened [unknown here]\n")
  expect(stdout).toContain("somebody did MessageSent [unknown here]\n")
  expect(stdout).toContain("somebody did PollOpened [unknown here]\n")
  expect(stdout).toContain("ann did PollOpened [unknown here] in audit-7\n")
})

it("leaves texts sealed when the master key cannot be read, and says so", async () => {
  await makeData(path("data"), said)
  const { status, stdout, stderr } = await parley(["tail", "--data-dir", path("data")], {
    PARLEY_MASTER_KEY_FILE: path("elsewhere.key"),
  })
  expect(status).toBe(0)
  expect(stdout).toContain("ann: [sealed]")
  expect(stderr).toContain("elsewhere.key")
})

it("says that there is no log, and no such conversation", async () => {
  expect(await parley(["tail", "--data-dir", path("nowhere")])).toEqual({
    status: 1,
    stdout: "",
    stderr: expect.stringContaining("there is no log in"),
  })
  await makeData(path("data"), said)
  const other = `cnv_${"0".repeat(26)}`
  const { status, stderr } = await parley(["tail", other, "--data-dir", path("data")])
  expect([status, stderr]).toEqual([1, `parley: there is no conversation ${other}.\n`])
})

it("follows a running server, without keeping it from a restart, until Ctrl-C", async () => {
  mkdirSync(path("data"))
  const server = await startParley({ dataDir: path("data") })
  try {
    const [ann, bob] = [new Account(server.url, "ann"), new Account(server.url, "bob")]
    await bob.token()
    const { body: group } = await ann.createGroup("Lunch", ["bob"])
    const tail = start(["tail", "--follow", "--data-dir", path("data")])
    await tail.prints('ann created the group "Lunch"')
    await ann.send(group.id as string, "m1", "Soup?")
    await tail.prints("[Lunch]  ann: Soup?\n")
    await server.restart()
    await bob.send(group.id as string, "m1", "Salad!")
    await tail.prints("[Lunch]  bob: Salad!\n")
    tail.child.kill("SIGINT")
    const { status, stderr } = await tail.ended
    expect([status, stderr]).toEqual([130, ""])
  } finally {
    await server.stop()
  }
})
