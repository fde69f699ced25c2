import { execFileSync } from "node:child_process"
import { createReadStream, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { type Findings, judge, straceFlags } from "../src/durability/systemCalls.ts"
import { RawUser } from "../src/raw/RawClient.ts"
import { programOnPath, requirement } from "../src/requirement.ts"
import { startParley } from "../src/startParley.ts"

/** A container without the right to trace has strace in vain. */
const canTrace = (): boolean => {
  try {
    execFileSync("strace", ["-o", "/dev/null", "true"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

const notDurable = fileURLToPath(new URL("../src/durability/notDurable.ts", import.meta.url))
const senders = 4
const messagesEach = 25

/** Sends through the public socket of a traced server, and reads what the kernel saw. */
const traced = async (main?: string): Promise<Findings> => {
  const directory = mkdtempSync(join(tmpdir(), "parley-strace-"))
  const trace = join(directory, "trace")
  try {
    const parley = await startParley({
      under: ["strace", ...straceFlags, "-o", trace],
      ...(main === undefined ? {} : { main }),
    })
    try {
      await Promise.all(
        Array.from({ length: senders }, async (_, i) => {
          const user = await RawUser.login(parley.url, `sender-${i}`)
          const { id } = (await user.post("/v1/conversations", { kind: "direct", user_id: "bob" })).body
          const socket = await user.live()
          for (let n = 0; n < messagesEach; n++)
            expect((await socket.say(id, `m${n}`, `message ${n}`)).type).toBe("ack")
          await socket.close()
        }),
      )
    } finally {
      await parley.stop()
    }
    const lines: Array<string> = []
    for await (const line of createInterface({ input: createReadStream(trace) })) lines.push(line)
    return judge(lines)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

describe.runIf(requirement("strace", programOnPath("strace") !== undefined && canTrace()))(
  "an ack, as the kernel sees it",
  () => {
    it("is written to the socket after the fdatasync that covers its event has returned", async () => {
      const { acked, early, syncs } = await traced()
      expect(acked).toBe(senders * messagesEach)
      expect(syncs).toBeGreaterThan(0)
      expect(early).toEqual([])
    })

    it("is found to be early when the store does not wait for the disk: the check can fail", async () => {
      const { acked, early } = await traced(notDurable)
      expect(acked).toBe(senders * messagesEach)
      expect(early.length).toBeGreaterThan(0)
    })
  },
)
