/**
 * Reads docker-compose.yml as Docker would, with each of its profiles and with none, by whichever client is there; where none is, that is said and
 * nothing is checked.
 */
import { spawnSync } from "node:child_process"

const clients = [["docker", "compose"], ["docker-compose"]]
const ask = ([program, ...first], ...args) => spawnSync(program, [...first, ...args], { encoding: "utf8" })
const client = clients.find((one) => ask(one, "version").status === 0)

if (client === undefined) {
  console.log("docker compose is not on this machine: docker-compose.yml was not checked.")
  process.exit(process.env.PARLEY_TEST_REQUIRE === "all" ? 1 : 0)
}

/** What each profile adds, and what is there without one. */
const expected = {
  "": [
    "haproxy",
    "gateway-1",
    "gateway-2",
    "runner-1",
    "runner-2",
    "projector",
    "event-store",
    "postgres",
    "redis",
  ],
  single: ["parley"],
  media: ["minio"],
  "store-tests": ["test-event-store"],
}
let failed = false
for (const [profile, services] of Object.entries(expected)) {
  const chosen = profile === "" ? [] : ["--profile", profile]
  const { status, stdout, stderr } = ask(client, ...chosen, "config", "--services")
  if (stderr) console.error(stderr.trim())
  const missing = services.filter((one) => !stdout.split("\n").includes(one))
  if (missing.length > 0) console.error(`Profile "${profile}" lacks ${missing.join(", ")}`)
  const whole = ask(client, ...chosen, "config", "--quiet")
  if (whole.stderr) console.error(whole.stderr.trim())
  failed ||= status !== 0 || whole.status !== 0 || missing.length > 0
}
process.exit(failed ? 1 : 0)
