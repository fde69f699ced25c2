/** What operators are given to watch a server by: rules, dashboard and pages speak of what the product shows, and of all of it. */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { WebSocket } from "ws"
import { RawUser } from "../src/raw/RawClient.ts"
import { programOnPath, requirement } from "../src/requirement.ts"
import { type RunningParley, startParley } from "../src/startParley.ts"
import { OtlpReceiver } from "../src/telemetry/OtlpReceiver.ts"
import { familyOf, type Metric, metricsIn, namesIn } from "../src/telemetry/scrape.ts"
import { rulesFile } from "../src/telemetry/serviceLevels.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const read = (path: string): string => readFileSync(`${root}${path}`, "utf8")
const promtool = (...args: ReadonlyArray<string>): string =>
  execFileSync("promtool", args, { cwd: `${root}deploy/telemetry`, encoding: "utf8", stdio: "pipe" })

const rules = read("deploy/telemetry/slo.rules.yml")
const recorded = new Set([...rules.matchAll(/- record: (\S+)/g)].map(([, name]) => name!))
const alerts = new Set([...rules.matchAll(/- alert: (\S+)/g)].map(([, name]) => name!))

let parley: RunningParley
let collector: OtlpReceiver
let metrics: ReadonlyMap<string, Metric>
beforeAll(async () => {
  collector = await OtlpReceiver.start()
  // An endpoint alone makes no traces where they are switched off.
  parley = await startParley({
    env: { ...collector.env, OTEL_TRACES_EXPORTER: "none" },
  })
  const [ann, bob] = [await RawUser.login(parley.url, "ann"), await RawUser.login(parley.url, "bob")]
  const { id } = (await bob.post("/v1/conversations", { kind: "direct", user_id: "ann" })).body
  const [annOnline, bobOnline] = [await ann.live(), await bob.live()]
  const ack = await bobOnline.say(id, "m1", "Soup")
  await annOnline.wait(({ seq }) => seq === ack.payload.seq)
  await bobOnline.say(id, "m1", "Soup")
  await bob.post("/v1/messages", { conversation_id: id, client_msg_id: "m2", text: "Stew" })
  await annOnline.wait(({ seq }) => seq === ack.payload.seq + 1)
  await Promise.all([annOnline.close(), bobOnline.close()])
  await bob.get("/v1/nothing")
  await new Promise((resolve) =>
    new WebSocket(`${parley.url.replace("http", "ws")}/v1/stream?v=1`).once("error", resolve),
  )
  metrics = metricsIn(await scrape())
})
afterAll(async () => {
  await parley.stop()
  await collector.close()
})

const scrape = async (): Promise<string> => (await fetch(`${parley.opsUrl}/metrics`)).text()

const unknown = (queries: string): ReadonlyArray<string> =>
  [...namesIn(queries)].filter(
    (name) => !metrics.has(name) && !metrics.has(familyOf(name)) && !recorded.has(name),
  )

it("traces that are switched off are exported to nobody", () => {
  expect(collector.requests).toBe(0)
})

it("a message that was sent and delivered shows in the figures of its way, by how it came in", async () => {
  const text = await scrape()
  for (const line of [
    'parley_accept_deliver_seconds_count{path="stream"} 1',
    'parley_accept_deliver_seconds_count{path="http"} 1',
    'parley_accept_ack_seconds_count{path="stream"} 2',
    'parley_commands_total{path="stream",outcome="done"} 1',
    'parley_commands_total{path="stream",outcome="duplicate"} 1',
    "parley_mailbox_depth 0",
    'parley_http_requests_total{status="4xx"} 1',
    'parley_http_requests_total{status="5xx"} 0',
    'parley_upgrades_refused_total{code="unauthenticated"} 1',
  ])
    expect(text.split("\n")).toContain(line)
})

it("docs/metrics.md lists every metric of a started server, with its type, labels and meaning, and no other", () => {
  const rows = [...read("docs/metrics.md").matchAll(/^\| `(parley_\S+)` \| (\S+) \| (.*) \| (.+) \|$/gm)]
  const written = Object.fromEntries(rows.map(([, name, type, , help]) => [name, { type, help }]))
  const shown = Object.fromEntries(
    [...metrics.values()].map(({ name, type, help }) => [name, { type, help }]),
  )
  expect(written).toEqual(shown)
  const labels = new Map(rows.map(([, name, , listed]) => [name!, listed!]))
  for (const { name, labels: seen } of metrics.values())
    for (const label of seen)
      expect([name, labels.get(name)]).toEqual([name, expect.stringContaining(`\`${label}\``)])
})

it("rules and dashboard ask only for metrics that exist and for what the rules record", () => {
  expect(unknown(rules)).toEqual([])
  const dashboard = read("deploy/telemetry/dashboard.json")
  const expressions = [...dashboard.matchAll(/"expr": (".*"),?$/gm)].map(
    ([, text]) => JSON.parse(text!) as string,
  )
  expect(expressions.length).toBeGreaterThan(30)
  expect(unknown(expressions.join("\n"))).toEqual([])
})

it("deploy/telemetry/slo.rules.yml is what the service levels say", () => {
  expect(rules).toBe(rulesFile())
})

it("every alert has its entry in the runbook, under the heading that it names, and no entry is without one", () => {
  const page = read("docs/operations.md")
  const entries = [...page.matchAll(/^### (Parley\w+)$/gm)].map(([, name]) => name!)
  expect(entries.sort()).toEqual([...alerts].sort())
})

describe.runIf(requirement("promtool", programOnPath("promtool") !== undefined))("promtool", () => {
  it("accepts the scrape configuration and the rules", () => {
    expect(promtool("check", "config", "prometheus.yml")).toContain("SUCCESS")
  })

  it("finds every alert where it should fire and silence where it should not", () => {
    expect(promtool("test", "rules", "slo.test.yml", "slo.slow.test.yml")).not.toContain("FAILED")
  })

  it("finds nothing wrong with what a server shows", async () => {
    const checked = execFileSync("promtool", ["check", "metrics"], { input: await scrape(), stdio: "pipe" })
    expect(checked.toString()).toBe("")
  })
})
