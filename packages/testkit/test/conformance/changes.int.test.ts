/** What was changed by HTTP, and acknowledged, stands after a kill; its repeats get the answers of then. */
import { afterAll, beforeAll, expect, it } from "vitest"
import { call, RawUser, type Answer } from "../../src/raw/RawClient.ts"
import { type RunningParley, startParley } from "../../src/startParley.ts"

let parley: RunningParley
beforeAll(async () => {
  parley = await startParley()
})
afterAll(() => parley.stop())

const ask = (by: RawUser, method: string, path: string, body?: unknown): Promise<Answer> =>
  call(parley.url, method, path, by.token, body)

it("edits, deletions, reactions, threads, settings, roles, receipts and archiving, before and after a kill", async () => {
  const [ann, bob] = [await RawUser.login(parley.url, "ann"), await RawUser.login(parley.url, "bob")]
  const { id } = (await ann.post("/v1/groups", { name: "before", member_ids: ["bob"] })).body
  const say = async (key: string, more: Record<string, unknown> = {}) =>
    (await ann.post("/v1/messages", { conversation_id: id, client_msg_id: key, text: key, ...more })).body
  const [edited, deleted, root] = [await say("edited"), await say("deleted"), await say("root")]
  await say("reply", { thread_root_id: root.message_id })
  const at = (message: { message_id: string }) => `/v1/conversations/${id}/messages/${message.message_id}`

  // Each with the answer that it got, and gets again.
  const changes: ReadonlyArray<readonly [RawUser, string, string, unknown?]> = [
    [ann, "PATCH", at(edited), { text: "another" }],
    [ann, "DELETE", at(deleted)],
    [bob, "PUT", `${at(root)}/reactions/${encodeURIComponent("👍")}`],
    [ann, "PATCH", `/v1/groups/${id}/members/bob`, { role: "admin" }],
    [
      bob,
      "POST",
      `/v1/conversations/${id}/receipts`,
      { read_up_to: 3, device_id: "phone", delivered_up_to: 4 },
    ],
  ]
  const perform = async () => {
    const answers = []
    for (const [by, method, path, body] of changes) {
      const { status, body: answered } = await ask(by, method, path, body)
      answers.push([status, answered])
    }
    return answers
  }
  const reads = [
    `/v1/conversations/${id}`,
    `/v1/conversations/${id}/messages`,
    `${at(root)}/replies`,
    `/v1/conversations/${id}/receipts`,
    `/v1/groups/${id}/members`,
    "/v1/conversations",
  ]
  const look = async () => {
    const shown = []
    for (const path of reads) shown.push((await bob.get(path)).body)
    return shown
  }

  const answers = await perform()
  expect(answers.map(([status]) => status)).toEqual([200, 200, 200, 200, 204])
  await ask(ann, "PATCH", `/v1/groups/${id}`, { name: "after", topic: "a topic" })
  const before = await look()
  await parley.kill9()
  await parley.restart()
  expect(await look()).toEqual(before)
  expect(await perform()).toEqual(answers)
  expect(await look()).toEqual(before)
  expect(before[0]).toMatchObject({ name: "after", topic: "a topic", role: "admin" })

  expect((await ask(ann, "DELETE", `/v1/groups/${id}`)).status).toBe(204)
  await parley.kill9()
  await parley.restart()
  expect((await bob.get(`/v1/conversations/${id}`)).body).toMatchObject({ archived: true, can_send: false })
  expect((await ask(ann, "PATCH", at(edited), { text: "late" })).body).toMatchObject({ code: "conflict" })
})
