/** The programs that `parley up` starts, and where they lie. */
import { accessSync, constants, readdirSync, readFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { CommandFailed } from "../CommandFailed.ts"

export interface Programs {
  /** A directory with `initdb` and `postgres`. */
  readonly postgres: string
  readonly redis: string
  /** Absent: gateways are reached one by one. */
  readonly haproxy?: string
}

const debian = "/usr/lib/postgresql"

const runs = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const directories = (): ReadonlyArray<string> =>
  // Debian keeps HAProxy where only root's PATH looks.
  [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"]

const find = (name: string): string | undefined =>
  directories()
    .map((one) => join(one, name))
    .find(runs)

const versions = (): ReadonlyArray<string> => {
  try {
    return readdirSync(debian).toSorted((one, other) => Number(other) - Number(one))
  } catch {
    return []
  }
}

/** The version that has made the data, which no other one opens. */
const versionOf = (data: string): string | undefined => {
  try {
    return readFileSync(join(data, "PG_VERSION"), "utf8").trim()
  } catch {
    return undefined
  }
}

const findPostgres = (data: string): string | undefined => {
  const made = versionOf(data)
  const places = [
    ...versions()
      .filter((version) => made === undefined || version === made)
      .map((version) => join(debian, version, "bin")),
    ...directories(),
  ]
  return places.find((one) => runs(join(one, "postgres")) && runs(join(one, "initdb")))
}

/** @param data Postgres's directory. Throws `CommandFailed` with all that is missing. */
export const findPrograms = (data: string): Programs => {
  const [postgres, redis, haproxy] = [findPostgres(data), find("redis-server"), find("haproxy")]
  if (postgres === undefined || redis === undefined) {
    const made = versionOf(data)
    const missing = [
      ...(postgres === undefined
        ? [made === undefined ? "Postgres" : `Postgres ${made}, which made ${data},`]
        : []),
      ...(redis === undefined ? ["redis-server"] : []),
    ]
    throw new CommandFailed({
      reason: `${missing.join(" and ")} cannot be found on this machine.`,
      remedy: "Debian and Ubuntu: apt-get install postgresql redis-server haproxy",
    })
  }
  return { postgres, redis, ...(haproxy === undefined ? {} : { haproxy }) }
}
