/** As whom Postgres runs: it refuses root, and then runs as the user `postgres`, whom Debian's package makes. */
import { execFileSync } from "node:child_process"
import { CommandFailed } from "../CommandFailed.ts"

export interface User {
  readonly uid?: number
  readonly gid?: number
}

const idOf = (flag: string): number =>
  Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }))

/** Empty: whoever runs this. Throws `CommandFailed`. */
export const userOfPostgres = (): User => {
  if (process.getuid?.() !== 0) return {}
  try {
    return { uid: idOf("-u"), gid: idOf("-g") }
  } catch {
    throw new CommandFailed({
      reason: "Postgres does not run as root, and there is no user postgres.",
      remedy: "Run parley up as another user than root.",
    })
  }
}
