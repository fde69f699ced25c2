/** `parley start` while the engines that it stands on are away: it says what it waits for, and serves when they are there. */
import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { freePort } from "@parley/runtime/freePort"
import { nodesAreHere } from "@parley/testkit/nodes/startNodes"
import {
  connectionString,
  type RunningEventStore,
  startEventStoreServer,
} from "@parley/testkit/startEventStoreServer"
import { startPostgres, type ThrowawayPostgres } from "@parley/testkit/throwawayPostgres"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { type Running, start as startCommand } from "./command.ts"
import { ownDirectory } from "./directories.ts"

const path = ownDirectory()
/** One for all: it is the vault's. */
const masterKey = randomBytes(32).toString("base64")
const secret = (): string => randomBytes(32).toString("hex")
const patience = { timeout: 60_000, interval: 50 }

describe.runIf(nodesAreHere())("a start without its engines", () => {
  let postgres: ThrowawayPostgres
  let eventStore: RunningEventStore
  let running: Running | undefined
  beforeAll(async () => {
    ;[postgres, eventStore] = await Promise.all([
      startPostgres({ max_connections: "100" }),
      startEventStoreServer(),
    ])
  })
  afterEach(async () => {
    running?.child.kill("SIGKILL")
    await running?.ended
  })
  afterAll(() => Promise.all([postgres?.stop(), eventStore?.stop()]))

  /** A runner whose Redis is never there. */
  const start = async (): Promise<Running> => {
    writeFileSync(path("master.key"), `${masterKey}\n`, { mode: 0o600 })
    running = startCommand(["start"], {
      PARLEY_ROLE: "runner",
      PARLEY_RUNNER_ADDRESS: `127.0.0.1:${await freePort()}`,
      PARLEY_DATA_DIR: path("data"),
      PARLEY_HTTP_PORT: "0",
      PARLEY_OPS_PORT: "0",
      PARLEY_EVENT_STORE: connectionString(eventStore.endpoint),
      PARLEY_DATABASE_URL: postgres.url,
      PARLEY_REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      PARLEY_MASTER_KEY_FILE: path("master.key"),
      PARLEY_STREAM_SECRET: secret(),
      PARLEY_CLUSTER_SECRET: secret(),
      PARLEY_JWT_SECRET: secret(),
    })
    return running
  }

  it("SIGTERM ends one that waits for Postgres at once, with 0", async () => {
    await postgres.kill()
    const { child, stderr, ended } = await start()
    await expect.poll(stderr, patience).toContain("waiting for Postgres, 30s at most")
    child.kill("SIGTERM")
    expect(await ended).toMatchObject({ status: 0, stdout: "" })
  })

  it("serves when Postgres is there, and without Redis", async () => {
    await postgres.kill()
    const { stderr, stdout, prints } = await start()
    await expect.poll(stderr, patience).toContain("waiting for Postgres, 30s at most")
    expect(stdout()).toBe("")
    await postgres.start()
    await prints("Parley listens on")
    expect(stderr().match(/waiting for/g)).toHaveLength(1)
    expect(stderr()).toContain("Redis does not answer")
  })

  it("serves when the event store is there", async () => {
    await eventStore.kill9()
    const { stderr, prints } = await start()
    await expect
      .poll(stderr, patience)
      .toContain(`waiting for the event store at esdb://${eventStore.endpoint}`)
    await eventStore.restart()
    await prints("Parley listens on")
  })
})
