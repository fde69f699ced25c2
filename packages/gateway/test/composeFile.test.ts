/** docker-compose.yml and what lies beside it, as far as can be told without Docker. `scripts/checkCompose.mjs` has Docker's client read it. */
import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { programOnPath } from "@parley/testkit/requirement"
import { afterAll, describe, expect, it } from "vitest"
import { readConfig, variables } from "../src/Config.ts"
import { roles } from "../src/engineSettings.ts"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const compose = readFileSync(`${root}docker-compose.yml`, "utf8")
const directory = mkdtempSync(join(tmpdir(), "parley-compose-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const makeSecrets = (): string => {
  copyFileSync(`${root}deploy/secrets.sh`, join(directory, "secrets.sh"))
  return execFileSync("sh", [join(directory, "secrets.sh")], { encoding: "utf8" })
}
const secretPath = (name: string): string => join(directory, "secrets", name)
const contents = (): ReadonlyArray<string> =>
  readdirSync(join(directory, "secrets")).map((name) => `${name} ${readFileSync(secretPath(name), "utf8")}`)

it("the settings in it are ones that the server knows", () => {
  const known = new Set([...variables.map(({ key }) => key), "PARLEY_PORT", "PARLEY_TEST_EVENTSTORE_URL"])
  const named = [...compose.matchAll(/PARLEY_[A-Z_]+[A-Z]/g)].map(([name]) => name)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

it("every secret that it names is made by deploy/secrets.sh, once, in a directory that is closed to others", () => {
  makeSecrets()
  const made = contents()
  const named = [...compose.matchAll(/file: \.\/deploy\/secrets\/(\w+)/g)].map(([, name]) => name!)
  expect(readdirSync(join(directory, "secrets")).sort()).toEqual(named.sort())
  expect(statSync(join(directory, "secrets")).mode & 0o777).toBe(0o700)
  expect(makeSecrets()).toBe("")
  expect(contents()).toEqual(made)
})

it("each role starts with what it is given", () => {
  makeSecrets()
  const given = [...compose.matchAll(/(PARLEY_[A-Z_]+_FILE): \/run\/secrets\/(\w+)/g)]
  const secrets = Object.fromEntries(given.map(([, key, name]) => [key!, secretPath(name!)]))
  for (const role of roles.filter((one) => one !== "all")) {
    expect(compose).toContain(`PARLEY_ROLE: ${role}`)
    const more = role === "runner" ? { PARLEY_RUNNER_ADDRESS: "runner-1.nodes:7800" } : {}
    expect(readConfig({ ...secrets, ...more, PARLEY_ROLE: role }).engines?.role).toBe(role)
  }
})

describe("HAProxy", () => {
  const haproxy = programOnPath("haproxy")
  if (haproxy === undefined)
    return console.warn("deploy/haproxy/compose.cfg is not checked: haproxy is not on this machine")
  it("takes the configuration that it is given", () => {
    const { status, stderr } = spawnSync(haproxy, ["-c", "-f", `${root}deploy/haproxy/compose.cfg`], {
      encoding: "utf8",
    })
    expect([status, stderr.match(/^\[ALERT\].*$/gm)]).toEqual([0, null])
  })
})
