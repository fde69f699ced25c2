/**
 * Load as in life, from a seed: mostly one to one, group sizes by a power law, people online in waves, with typing, receipts and reads:
 *
 *   node bench/realistic.ts [--seed 1] [--people 500] [--seconds 30]
 *
 * Prints how long messages took and what they cost, and checks that nothing was lost: each acknowledged message stands in history, and
 * was handed to each member. Ends with 1 when one was not. Writes `bench/out/realistic.json`.
 */
import { setTimeout as pause } from "node:timers/promises"
import { parseArgs } from "node:util"
import { SeededRandom } from "@parley/testkit/checker/SeededRandom"
import { cpuUs } from "./harness/cpu.ts"
import { launchParley, type ParleyProcess } from "./harness/parleyProcess.ts"
import { writeReport } from "./harness/report.ts"
import { type Summary, summarize } from "./harness/summary.ts"
import { Ledger } from "./realistic/Ledger.ts"
import { Person, type Times } from "./realistic/Person.ts"
import { planOf } from "./realistic/plan.ts"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    people: { type: "string", default: "500" },
    seconds: { type: "string", default: "30" },
  },
})
const options = {
  seed: Number(values.seed),
  people: Number(values.people),
  seconds: Number(values.seconds),
}
const plan = planOf(options)
const atOnce = 32
const typesBeforeMs = 800
const deadlineMs = 30_000

const each = async <A, B>(items: ReadonlyArray<A>, work: (item: A, index: number) => Promise<B>) => {
  const results: Array<B> = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i]!, i)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

const parley: ParleyProcess = await launchParley()
const names = plan.stays.map((_, i) => `person-${i}`)
const tokens = await each(names, parley.login)
const ids = await each(plan.conversations, async (members) => {
  const [first, ...others] = members.map((member) => names[member]!)
  const token = tokens[members[0]!]!
  const { id } =
    others.length === 1
      ? await parley.post("/v1/conversations", token, { kind: "direct", user_id: others[0] })
      : await parley.post("/v1/groups", token, { name: `Of ${first}`, member_ids: others })
  return id!
})
const membersOf = new Map(
  ids.map((id, i) => [id, plan.conversations[i]!.map((member) => names[member]!)] as const),
)

const ledger = new Ledger()
const times: Times = {
  ack: [],
  direct: [],
  group: [],
  back: [],
  typing: 0,
  receipts: 0,
  deliveries: 0,
  refused: new Map(),
}
const isDirect = (id: string): boolean => membersOf.get(id)?.length === 2
const people = names.map(
  (name, i) =>
    new Person(
      { name, token: tokens[i]! },
      { parley, ledger, times, random: new SeededRandom(options.seed * 100_003 + i), isDirect },
    ),
)

// Each has been here once, so that everything that follows is his to be told.
await each(people, async (person) => {
  await person.come()
  await person.leave()
})
times.back.length = 0

const [start, cpu] = [performance.now(), cpuUs(parley.pid())]
const until = (ms: number): Promise<void> => pause(Math.max(0, start + ms - performance.now()))
const live = people.map(async (person, i) => {
  for (const { from, to } of plan.stays[i]!) {
    await until(from)
    await person.come()
    await until(to)
    await person.leave()
  }
})
for (const { at, person, conversation, types } of plan.sayings) {
  if (types) void until(at - typesBeforeMs).then(() => people[person]!.type(ids[conversation]!))
  await until(at)
  people[person]!.say(ids[conversation]!)
}
await Promise.all(live)
const [seconds, used] = [(performance.now() - start) / 1_000, cpuUs(parley.pid()) - cpu]

// Everybody comes back and is told what he missed.
await each(people, (person) => person.come())
const deadline = performance.now() + deadlineMs
while (
  performance.now() < deadline &&
  (people.some((person) => person.waiting > 0) || ledger.losses(membersOf).length > 0)
)
  await pause(100)

/** By seq: the message's id. */
const historyOf = async (id: string): Promise<ReadonlyMap<number, string>> => {
  const found = new Map<number, string>()
  const token = tokens[plan.conversations[ids.indexOf(id)]![0]!]!
  let before = ""
  for (;;) {
    const page = await parley.get(`/v1/conversations/${id}/messages?limit=100${before}`, token)
    for (const one of page["items"] as ReadonlyArray<{ seq: number; message_id: string }>)
      found.set(one.seq, one.message_id)
    if (page["prev_cursor"] === undefined) return found
    before = `&before=${page["prev_cursor"] as string}`
  }
}
const spoken = [...ledger.acknowledged.keys()]
const absent = (await each(spoken, async (id) => ledger.absentFrom(id, await historyOf(id)).length)).reduce(
  (sum, count) => sum + count,
  0,
)
const losses = ledger.losses(membersOf)
const unanswered = people.reduce((sum, person) => sum + person.waiting, 0)
await each(people, (person) => person.leave())
await parley.stop()

const show = ({ p50, p99, max, count }: Summary): string =>
  `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, worst ${max.toFixed(0)} ms (${count})`
const sent = times.ack.length
const sizes = plan.conversations.map((members) => members.length).sort((a, b) => b - a)
const row = (what: string, measured: string) => ({ what, measured, floor: "", budget: "" })
const summaries = {
  ack: summarize(times.ack),
  direct: summarize(times.direct),
  group: summarize(times.group),
  back: summarize(times.back),
}
writeReport(
  "realistic",
  [
    row(
      "conversations",
      `${sizes.length}, ${sizes.filter((size) => size === 2).length} of them one to one; the largest of ${sizes[0]}`,
    ),
    row("send → ack", show(summaries.ack)),
    row("send → recipient, one to one", show(summaries.direct)),
    row("send → each recipient of a group", show(summaries.group)),
    row("coming back, token to caught up", show(summaries.back)),
    row(
      "carried",
      `${sent} messages, ${times.deliveries} deliveries, ${times.receipts} receipts, ${times.typing} times typing in ${seconds.toFixed(0)} s`,
    ),
    row(
      "server CPU",
      `${(used / 10_000 / seconds).toFixed(0)} % of a core, ${(used / sent).toFixed(0)} µs a message, with all that came with it`,
    ),
    row("refused", [...times.refused].map(([code, count]) => `${count} ${code}`).join("; ") || "nothing"),
    row("lost", `${losses.length} not handed over, ${absent} not in history, ${unanswered} not answered`),
  ],
  { options, summaries, sent, used, seconds, losses: losses.slice(0, 20) },
)
if (losses.length + absent + unanswered > 0 || sent !== plan.sayings.length) process.exitCode = 1
