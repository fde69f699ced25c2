/** Prints which contract suites ran on which adapters, from vitest's JSON report, and on what none was at hand. */
import { readFileSync } from "node:fs"
import { basename } from "node:path"

/** As the files of their suites are called. */
const ports = {
  eventStore: "event store",
  logIndex: "log index",
  keyVault: "key vault",
  projection: "read models",
  pushQueue: "push queue",
  pushSender: "push senders",
  broker: "broker",
  presence: "presence",
}
const real = process.env.PARLEY_TEST_EVENTSTORE_URL === undefined ? undefined : "a real server"
const adapters = {
  Memory: "memory",
  Sqlite: "embedded (SQLite)",
  Worker: "embedded (a thread and a file)",
  Db: `gRPC by the official client, on ${["the served embedded store", real].filter(Boolean).join(" and ")}`,
  Postgres: "Postgres",
  Redis: "Redis",
  WebPush: "Web Push",
  Fcm: "FCM",
}

const { testResults } = JSON.parse(readFileSync(process.argv[2], "utf8"))
const files = testResults.map(({ name, assertionResults }) => ({
  name: basename(name),
  passed: assertionResults.filter(({ status }) => status === "passed").length,
}))
console.log("Contract suites, and promises kept:")
for (const [port, title] of Object.entries(ports)) {
  const ran = Object.entries(adapters).flatMap(([adapter, where]) => {
    const file = files.find(({ name }) => name === `${port}${adapter}.contract.test.ts`)
    return file === undefined || file.passed === 0 ? [] : [`${where} ${file.passed}`]
  })
  console.log(`  ${title}: ${ran.length === 0 ? "did not run" : ran.join("; ")}`)
}
if (real === undefined)
  console.log(
    "No real EventStoreDB was at hand: PARLEY_TEST_EVENTSTORE_URL names one, and the same suites run on it.",
  )
