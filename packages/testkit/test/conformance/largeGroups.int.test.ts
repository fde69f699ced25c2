/** Operations on thousands of people, cut off by kills: each is one append, so it happened or it did not; the same again finishes it. */
import { afterAll, beforeAll, expect, it } from "vitest"
import { RawUser } from "../../src/raw/RawClient.ts"
import { type RunningParley, startParley } from "../../src/startParley.ts"

const names = Array.from({ length: 9_999 }, (_, i) => `m${String(i).padStart(4, "0")}`)
const env = { PARLEY_LIMIT_MEMBER_CHANGES_BURST: "1000000" }

let parley: RunningParley
beforeAll(async () => {
  parley = await startParley({ env })
})
afterAll(() => parley.stop())

const unanswered = { status: 0, body: undefined }

it("groups of ten thousand, made and emptied under three kills: whole or not there, and whole once asked again", async () => {
  const ann = await RawUser.login(parley.url, "ann")
  const make = (key: string) =>
    ann.post("/v1/groups", { name: key, member_ids: names }, { "idempotency-key": key })
  let cut = 0
  for (let round = 0; round < 3; round++) {
    const keys = Array.from({ length: 6 }, (_, i) => `group-${round}-${i}`)
    const standing = (await make(`standing-${round}`)).body.id as string
    const underway = [
      ...keys.map((key) => make(key).catch(() => unanswered)),
      ann.post(`/v1/groups/${standing}/members`, { remove: names }).catch(() => unanswered),
    ]
    // As soon as one is through, the others are somewhere between parsing and the disk.
    await Promise.race(underway)
    await parley.kill9()
    const answers = await Promise.all(underway)
    cut += answers.filter(({ status }) => status === 0).length
    await parley.restart()
    for (const [i, key] of keys.entries()) {
      const again = await make(key)
      if (answers[i]!.status !== 0) expect([again.status, again.body.id]).toEqual([200, answers[i]!.body.id])
      expect([200, 201]).toContain(again.status)
      expect(again.body).toMatchObject({ member_count: 10_000, last_seq: 19 })
    }
    const { member_count, last_seq } = (await ann.get(`/v1/groups/${standing}`)).body
    expect([
      [10_000, 19],
      [1, 39],
    ]).toContainEqual([member_count, last_seq])
    const { seq } = (await ann.post(`/v1/groups/${standing}/members`, { remove: names })).body
    expect(seq).toBe(39)
  }
  expect(cut).toBeGreaterThan(0)
})
