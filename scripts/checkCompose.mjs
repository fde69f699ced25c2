/** Reads docker-compose.yml as Docker would, by whichever client is there; where none is, that is said and nothing is checked. */
import { spawnSync } from "node:child_process"

const env = { ...process.env, PARLEY_JWT_SECRET: "x".repeat(32) }
const clients = [["docker", "compose"], ["docker-compose"]]
const ask = ([program, ...first], ...args) =>
  spawnSync(program, [...first, ...args], { env, encoding: "utf8" })
const client = clients.find((one) => ask(one, "version").status === 0)

if (client === undefined) {
  console.log("docker compose is not on this machine: docker-compose.yml was not checked.")
  process.exit(process.env.PARLEY_TEST_REQUIRE === "all" ? 1 : 0)
}
const { status, stderr } = ask(client, "config", "--quiet")
if (stderr) console.error(stderr.trim())
process.exit(status ?? 1)
