import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { destroyedIn, unknownOwners } from "@parley/runtime/keyVault/VaultReader"
import { startParley } from "@parley/testkit/startParley"
import { beforeEach, expect, it } from "vitest"
import { parley, start } from "./command.ts"
import { ownDirectory } from "./directories.ts"
import { conversation, erasePerson, makeData, meetPerson } from "./storedData.ts"

const path = ownDirectory()
const said = [
  ["ann", "Soup?"],
  ["bob", "Salad!"],
] as const

const backup = (to = "backup", keys = "keys", from = "data") =>
  parley(["backup", path(to), "--keys", path(keys), "--data-dir", path(from)])
const restore = (...more: ReadonlyArray<string>) =>
  parley(["restore", path("backup"), "--keys", path("keys"), "--data-dir", path("restored"), ...more])

beforeEach(() => makeData(path("data"), said))

it("restores what was backed up, for its owner alone, in a new epoch; a second restore there is refused", async () => {
  expect((await backup()).status).toBe(0)
  expect(statSync(path("backup")).mode & 0o777).toBe(0o700)
  expect(readdirSync(path("keys")).sort()).toEqual(["keys.db", "keys.json", "master.key"])
  const { status, stdout } = await restore()
  expect([status, stdout]).toEqual([0, expect.stringContaining("A new epoch")])
  for (const name of readdirSync(path("restored")))
    expect([name, statSync(path(`restored/${name}`)).mode & 0o077]).toEqual([name, 0])
  const shown = await parley(["tail", "--data-dir", path("restored")])
  expect(shown.stdout).toContain("bob: Salad!\n")
  expect(shown.stdout.match(/opened the log as epoch/g)).toHaveLength(2)

  const again = await restore()
  expect([again.status, again.stderr]).toEqual([1, expect.stringContaining("is not empty")])
})

it("whoever was erased after the backup is erased again, by a later vault or by a list", async () => {
  expect((await backup()).status).toBe(0)
  await erasePerson(path("data"), "bob")
  writeFileSync(path("list"), "cat\n\nann\n")
  const { status, stdout } = await restore("--erased", path("data"), "--erased", path("list"), "--json")
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ erased: 3, keys_destroyed: 2 })
  expect(destroyedIn(path("restored/keys.db")).map((one) => one.owner)).toEqual(["bob", "cat", "ann"])
  const shown = await parley(["tail", conversation, "--data-dir", path("restored")])
  expect(shown.stdout).toContain("bob (erased): [erased]\n")
  expect(shown.stdout).not.toContain("Salad")
})

it("a backup never writes over anything, beside its keys, or into the data directory", async () => {
  mkdirSync(path("full"))
  writeFileSync(path("full/letter"), "mine")
  for (const [to, keys, reason] of [
    ["full", "keys", "is not empty: it holds letter"],
    ["backup", "full", "is not empty: it holds letter"],
    ["backup", "backup/keys", "must not lie with the log"],
    ["data/backup", "keys", "inside the data directory"],
  ] as const) {
    const { status, stdout, stderr } = await backup(to, keys)
    expect([status, stdout, stderr]).toEqual([1, "", expect.stringContaining(reason)])
  }
  expect(readFileSync(path("full/letter"), "utf8")).toBe("mine")
  expect([existsSync(path("backup")), existsSync(path("keys"))]).toEqual([false, false])
})

it("a log without its keys is no backup, and nothing is left of the attempt", async () => {
  rmSync(path("data/keys.db"))
  const gone = await backup()
  expect([gone.status, gone.stderr]).toEqual([1, expect.stringContaining("is no backup")])
  await meetPerson(path("data"), "somebody else")
  const foreign = await backup()
  expect([foreign.status, foreign.stderr]).toEqual([1, expect.stringContaining("lacks the keys of 2 people")])
  expect([existsSync(path("backup")), existsSync(path("keys"))]).toEqual([false, false])
})

it("refuses what is no whole backup, what was changed, and keys of another log; nothing is left of the attempt", async () => {
  expect((await backup()).status).toBe(0)
  const whole = path("whole")
  cpSync(path("backup"), whole, { recursive: true })
  const refusal = async (spoil: () => void): Promise<string> => {
    rmSync(path("backup"), { recursive: true })
    cpSync(whole, path("backup"), { recursive: true })
    spoil()
    const { status, stdout, stderr } = await restore()
    expect([status, stdout]).toEqual([1, ""])
    expect(readdirSync(path("restored")).filter((name) => !name.startsWith("parley.lock"))).toEqual([])
    return stderr
  }
  const manifest = path("backup/manifest.json")
  const change = (from: RegExp, to: string): void =>
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace(from, to))
  expect(await refusal(() => rmSync(manifest))).toContain("incomplete backup")
  expect(await refusal(() => appendFileSync(path("backup/events.db"), "x"))).toContain("another size")
  expect(
    await refusal(() => {
      const bytes = readFileSync(path("backup/events.db"))
      bytes[bytes.length - 1]! ^= 1
      writeFileSync(path("backup/events.db"), bytes)
    }),
  ).toContain("another checksum")
  expect(await refusal(() => change(/"version": 1/, '"version": 2'))).toContain("newer version")
  expect(await refusal(() => change(/"events.db"/, '"../events.db"'))).toContain("other files")
  expect(await refusal(() => writeFileSync(manifest, "{"))).toContain("cannot be read")

  await makeData(path("other"), [["eve", "Mine"]])
  expect((await backup("other-backup", "other-keys", "other")).status).toBe(0)
  rmSync(path("keys"), { recursive: true })
  cpSync(path("other-keys"), path("keys"), { recursive: true })
  expect(await refusal(() => undefined)).toContain("keys")
})

it("refuses a directory on which a server runs, and leaves the server alone", async () => {
  expect((await backup()).status).toBe(0)
  mkdirSync(path("restored"))
  const server = await startParley({ dataDir: path("restored") })
  try {
    const { status, stderr } = await restore()
    expect([status, stderr]).toEqual([1, expect.stringContaining("a server runs on")])
    expect((await fetch(`${server.opsUrl}/readyz`)).status).toBe(200)
  } finally {
    await server.stop()
  }
})

/** Begins a backup that waits, its directories made, because nobody may read the log now. */
const waitingBackup = async () => {
  mkdirSync(path("keys"))
  const holder = new DatabaseSync(path("data/events.db"))
  holder.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
  const running = start(["backup", path("backup"), "--keys", path("keys"), "--data-dir", path("data")])
  while (!existsSync(path("backup/events.db"))) await new Promise((resolve) => setTimeout(resolve, 5))
  return { running, release: () => holder.close() }
}

it("Ctrl-C during a backup leaves nothing behind", async () => {
  const { running, release } = await waitingBackup()
  running.child.kill("SIGINT")
  const { status, stdout, stderr } = await running.ended
  release()
  expect([status, stdout, stderr]).toEqual([130, "", ""])
  expect([existsSync(path("backup")), readdirSync(path("keys"))]).toEqual([false, []])
})

it("a backup that was killed is known to be none, by restore and by the next backup", async () => {
  const { running, release } = await waitingBackup()
  running.child.kill("SIGKILL")
  await running.ended
  release()
  const restored = await restore()
  expect([restored.status, restored.stderr]).toEqual([1, expect.stringContaining("incomplete backup")])
  const again = await backup()
  expect([again.status, again.stderr]).toEqual([
    1,
    expect.stringContaining("is not empty: it holds events.db"),
  ])
})

it("a restore that was cut off keeps a server from its directory", async () => {
  mkdirSync(path("restored"))
  cpSync(path("data"), path("restored"), { recursive: true })
  writeFileSync(path("restored/restore.unfinished"), "")
  const env = {
    PARLEY_DEV_LOGIN: "true",
    PARLEY_DATA_DIR: path("restored"),
    PARLEY_HTTP_PORT: "0",
    PARLEY_OPS_PORT: "0",
  }
  const { status, stderr } = await parley(["start"], env)
  expect([status, stderr]).toEqual([1, expect.stringContaining("a restore was cut off here")])
  expect(unknownOwners(join(path("restored"), "keys.db"), ["ann", "bob"])).toEqual([])
})
